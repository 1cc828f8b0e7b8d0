"""Orders in memory, seeded from a folder of JSON files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from orders_service.models import NewOrder, Order, Status

__all__ = ["NotCancellable", "Store", "data_folder"]

CANCELLABLE: frozenset[Status] = frozenset({"placed", "paid"})


class NotCancellable(Exception):
    """The order has gone too far, or was cancelled before."""


class Store:
    """Orders by id, in the order in which they were placed."""

    def __init__(self, orders: list[Order]) -> None:
        self._orders = {order.id: order for order in orders}
        self._last = max((int(order.id.removeprefix("ord_")) for order in orders), default=0)

    @classmethod
    def from_folder(cls, folder: Path) -> Store:
        """Read every ``*.json`` in a folder, sorted by name."""
        return cls([Order.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))])

    def page(self, limit: int, offset: int) -> tuple[list[Order], int]:
        """Return a part of the list, and how long the whole list is."""
        orders = list(self._orders.values())
        return orders[offset : offset + limit], len(orders)

    def get(self, order_id: str) -> Order | None:
        """Return one order, or None."""
        return self._orders.get(order_id)

    def add(self, new: NewOrder) -> Order:
        """Keep a new order under the next free id."""
        self._last += 1
        order = Order(
            id=f"ord_{self._last:06d}",
            customer=new.customer,
            currency=new.currency,
            status="placed",
            placed_at=datetime.now(UTC),
            lines=new.lines,
        )
        self._orders[order.id] = order
        return order

    def cancel(self, order: Order) -> Order:
        """Cancel an order; raise `NotCancellable` where that is too late."""
        if order.status not in CANCELLABLE:
            raise NotCancellable(f"Order {order.id} is {order.status}.")
        cancelled = order.model_copy(update={"status": "cancelled"})
        self._orders[order.id] = cancelled
        return cancelled


def data_folder() -> Path:
    """Return the seed orders: inside the installed package, else beside ``src`` in a checkout."""
    installed = Path(__file__).with_name("data")
    root = installed if installed.is_dir() else Path(__file__).parents[2] / "data"
    return root / "orders"
