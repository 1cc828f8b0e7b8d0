from __future__ import annotations

from orders_service.store import Store, data_folder


def test_seed_orders_are_kept_under_the_names_of_their_files() -> None:
    names = sorted(path.stem for path in data_folder().glob("*.json"))
    orders, count = Store.from_folder(data_folder()).page(limit=100, offset=0)
    assert [order.id for order in orders] == names
    assert count == len(names)
