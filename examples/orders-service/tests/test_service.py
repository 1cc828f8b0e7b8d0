from __future__ import annotations

from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from orders_service.app import create_app
from orders_service.models import Order
from orders_service.store import Store

LINE = {"sku": "TIN-0003", "quantity": 2, "unit_price": 330, "tax_percent": 19}
NEW = {
    "customer": "cus_p3r8d5",
    "currency": "EUR",
    "lines": [LINE],
}


def test_orders_are_listed_oldest_first_with_their_count(client: TestClient) -> None:
    page = client.get("/orders").json()
    assert page["count"] == 3
    assert [order["id"] for order in page["items"]] == ["ord_000001", "ord_000002", "ord_000003"]


def test_a_page_is_a_part_of_the_list(client: TestClient) -> None:
    page = client.get("/orders", params={"limit": 1, "offset": 1}).json()
    assert page["count"] == 3
    assert [order["id"] for order in page["items"]] == ["ord_000002"]


def test_a_placed_order_can_be_read_back(client: TestClient) -> None:
    response = client.post("/orders", json=NEW)
    assert response.status_code == 201
    order = response.json()
    assert order["id"] == "ord_000004"
    assert order["status"] == "placed"
    assert datetime.fromisoformat(order["placed_at"]).tzinfo is not None
    assert client.get(f"/orders/{order['id']}").json() == order


def test_an_order_without_lines_is_refused(client: TestClient) -> None:
    response = client.post("/orders", json=NEW | {"lines": []})
    assert response.status_code == 422
    assert response.json()["fields"] == ["body.lines"]


def test_a_body_that_is_no_text_is_refused(client: TestClient) -> None:
    response = client.post("/orders", content=b"0\xff\x02", headers={"Content-Type": "application/json"})
    assert response.status_code == 400


def test_a_method_that_is_not_offered_is_answered_with_those_that_are(client: TestClient) -> None:
    response = client.delete("/orders")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST"


def test_whole_numbers_may_be_written_with_a_point_but_not_in_quotes(client: TestClient) -> None:
    assert client.post("/orders", json=NEW | {"lines": [LINE | {"quantity": 2.0}]}).status_code == 201
    assert client.post("/orders", json=NEW | {"lines": [LINE | {"quantity": "2"}]}).status_code == 422


def test_a_failure_of_the_service_is_answered_in_the_same_form() -> None:
    class Broken(Store):
        def get(self, order_id: str) -> Order | None:
            raise RuntimeError("no memory left")

    with TestClient(create_app(Broken([])), raise_server_exceptions=False) as client:
        response = client.get("/orders/ord_000001")
    assert response.status_code == 500
    assert response.json()["title"] == "Failed"


def test_an_unknown_order_is_not_found(client: TestClient) -> None:
    response = client.get("/orders/ord_999999")
    assert response.status_code == 404
    assert response.json()["detail"] == "There is no order ord_999999."


def test_an_id_of_another_form_is_refused(client: TestClient) -> None:
    assert client.get("/orders/17").status_code == 422


def test_totals_are_served(client: TestClient) -> None:
    assert client.get("/orders/ord_000002/totals").json() == {
        "order": "ord_000002",
        "currency": "GBP",
        "net": 1450,
        "tax": 276,
        "gross": 1726,
    }


def test_an_order_that_was_not_shipped_can_be_cancelled(client: TestClient) -> None:
    assert client.post("/orders/ord_000003/cancel").json()["status"] == "cancelled"
    assert client.get("/orders/ord_000003").json()["status"] == "cancelled"


@pytest.mark.parametrize(("order", "status"), [("ord_000002", 409), ("ord_999999", 404)])
def test_a_shipped_or_unknown_order_cannot_be_cancelled(client: TestClient, order: str, status: int) -> None:
    assert client.post(f"/orders/{order}/cancel").status_code == status


def test_an_order_is_cancelled_only_once(client: TestClient) -> None:
    client.post("/orders/ord_000001/cancel")
    assert client.post("/orders/ord_000001/cancel").status_code == 409
