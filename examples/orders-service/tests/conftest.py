from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from orders_service.app import create_app
from orders_service.models import Line, Order
from orders_service.store import Store


@pytest.fixture
def orders() -> list[Order]:
    tea = Line(sku="TEA-0101", quantity=2, unit_price=895, tax_percent=7)
    cup = Line(sku="CUP-0007", quantity=1, unit_price=1450, tax_percent=19)
    placed_at = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    return [
        Order(
            id="ord_000001", customer="cus_4f9k2a", currency="EUR", status="placed", placed_at=placed_at, lines=[tea]
        ),
        Order(
            id="ord_000002", customer="cus_b71m0x", currency="GBP", status="shipped", placed_at=placed_at, lines=[cup]
        ),
        Order(
            id="ord_000003", customer="cus_4f9k2a", currency="EUR", status="paid", placed_at=placed_at, lines=[tea, cup]
        ),
    ]


@pytest.fixture
def client(orders: list[Order]) -> Iterator[TestClient]:
    with TestClient(create_app(Store(orders))) as client:
        yield client
