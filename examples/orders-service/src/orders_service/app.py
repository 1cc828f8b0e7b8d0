"""The HTTP interface: `app` serves the orders that the package was built with."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as Refusal
from starlette.routing import Match, Route

from orders_service.models import NewOrder, Order, OrderId, OrderPage, Page, Problem, Totals
from orders_service.store import NotCancellable, Store, data_folder
from orders_service.totals import order_totals

__all__ = ["app", "create_app"]

FAILED = {500: {"model": Problem, "description": "The service itself failed."}}
NOT_FOUND = {404: {"model": Problem, "description": "There is no such order."}}
CONFLICT = {409: {"model": Problem, "description": "The order cannot be cancelled any more."}}
UNREADABLE = {400: {"model": Problem, "description": "The body is not text in UTF-8."}}
NOT_VALID = {422: {"model": Problem, "description": "The request is not valid."}}


def create_app(store: Store) -> FastAPI:
    """Return the service over one store."""
    app = FastAPI(
        title="Orders",
        version="1.0.0",
        summary="Orders, their lines and their totals.",
        responses=FAILED,
    )
    app.add_exception_handler(Exception, _fail)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    app.add_exception_handler(Refusal, _refuse)

    def existing(order_id: str) -> Order:
        order = store.get(order_id)
        if order is None:
            raise HTTPException(404, f"There is no order {order_id}.")
        return order

    @app.get("/orders", responses=NOT_VALID, operation_id="listOrders")
    def list_orders(page: Annotated[Page, Query()]) -> OrderPage:
        """List orders, oldest first."""
        items, count = store.page(page.limit, page.offset)
        return OrderPage(items=items, count=count)

    @app.post("/orders", status_code=201, responses=UNREADABLE | NOT_VALID, operation_id="createOrder")
    def create_order(new: NewOrder) -> Order:
        """Place an order."""
        return store.add(new)

    @app.get("/orders/{order_id}", responses=NOT_FOUND | NOT_VALID, operation_id="getOrder")
    def get_order(order_id: OrderId) -> Order:
        """Return one order."""
        return existing(order_id)

    @app.post("/orders/{order_id}/cancel", responses=NOT_FOUND | CONFLICT | NOT_VALID, operation_id="cancelOrder")
    def cancel_order(order_id: OrderId) -> Order:
        """Cancel an order that was not shipped yet."""
        try:
            return store.cancel(existing(order_id))
        except NotCancellable as reason:
            raise HTTPException(409, str(reason)) from reason

    @app.get("/orders/{order_id}/totals", responses=NOT_FOUND | NOT_VALID, operation_id="getTotals")
    def get_totals(order_id: OrderId) -> Totals:
        """Return what an order costs."""
        return order_totals(existing(order_id))

    return app


def _refuse(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Refusal):
        raise error
    titles = {400: "Unreadable", 404: "Not found", 405: "Method not allowed", 409: "Conflict"}
    problem = Problem(title=titles.get(error.status_code, "Refused"), detail=str(error.detail))
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else None
    return JSONResponse(problem.model_dump(), status_code=error.status_code, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods of a path; the router itself names only those of its first route."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in matching for method in route.methods or ()}))


def _refuse_invalid(_: Request, error: Exception) -> JSONResponse:
    """Say where the request is not valid, without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [".".join(str(part) for part in item["loc"]) for item in error.errors()]
    problem = Problem(title="Not valid", detail="The request is not valid.", fields=fields)
    return JSONResponse(problem.model_dump(), status_code=422)


def _fail(_: Request, __: Exception) -> JSONResponse:
    """Answer in the same form as every refusal; the server logs what happened."""
    problem = Problem(title="Failed", detail="The service failed; the request may be sent again.")
    return JSONResponse(problem.model_dump(), status_code=500)


app = create_app(Store.from_folder(data_folder()))
