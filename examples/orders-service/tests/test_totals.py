from __future__ import annotations

import pytest

from orders_service.models import Line, Order
from orders_service.totals import line_net, line_tax, order_totals


def test_net_is_quantity_times_unit_price() -> None:
    assert line_net(Line(sku="TEA-0101", quantity=3, unit_price=1050, tax_percent=7)) == 3150


@pytest.mark.parametrize(
    ("unit_price", "tax_percent", "tax"),
    [(100, 19, 19), (101, 19, 19), (103, 19, 20), (999, 0, 0)],
)
def test_tax_is_rounded_to_the_nearest_cent(unit_price: int, tax_percent: int, tax: int) -> None:
    assert line_tax(Line(sku="TEA-0101", quantity=1, unit_price=unit_price, tax_percent=tax_percent)) == tax


def test_half_a_cent_of_tax_is_rounded_up() -> None:
    assert line_tax(Line(sku="TEA-0101", quantity=1, unit_price=250, tax_percent=5)) == 13


def test_totals_add_up_over_lines(orders: list[Order]) -> None:
    totals = order_totals(orders[2])
    assert (totals.net, totals.tax, totals.gross) == (3240, 401, 3641)
