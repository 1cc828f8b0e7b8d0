"""What an order is, on the wire and in the store. Amounts are whole cents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["Currency", "Line", "NewOrder", "Order", "OrderId", "OrderPage", "Page", "Problem", "Status", "Totals"]


def _whole(value: object) -> object:
    """JSON has one kind of number: 3.0 is the integer 3, and "3" is not."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
CustomerId = Annotated[str, Field(pattern=r"^cus_[a-z0-9]{6}$")]
OrderId = Annotated[str, Field(pattern=r"^ord_[0-9]{6}$", examples=["ord_000001"])]
Currency = Literal["EUR", "GBP", "USD"]
Status = Literal["placed", "paid", "shipped", "cancelled"]
Cents = Annotated[int, Field(ge=0)]


class Line(BaseModel):
    """One article of an order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sku: str = Field(pattern=r"^[A-Z]{3}-[0-9]{4}$", examples=["TEA-0101"])
    quantity: Whole = Field(ge=1, le=999)
    unit_price: Whole = Field(ge=0, le=1_000_000, description="Cents, without tax.")
    tax_percent: Whole = Field(ge=0, le=30)


class NewOrder(BaseModel):
    """What a customer sends to place an order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer: CustomerId
    currency: Currency
    lines: list[Line] = Field(min_length=1, max_length=50)


class Order(BaseModel):
    """An order as the service keeps it."""

    model_config = ConfigDict(extra="forbid")

    id: OrderId
    customer: CustomerId
    currency: Currency
    status: Status
    placed_at: AwareDatetime
    lines: list[Line] = Field(min_length=1, max_length=50)


class Page(BaseModel):
    """Which part of a list is wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=1_000_000)


class OrderPage(BaseModel):
    """One part of the list of orders, oldest first, and how long the whole list is."""

    model_config = ConfigDict(extra="forbid")

    items: list[Order]
    count: int = Field(ge=0)


class Totals(BaseModel):
    """What an order costs."""

    model_config = ConfigDict(extra="forbid")

    order: OrderId
    currency: Currency
    net: Cents
    tax: Cents
    gross: Cents


class Problem(BaseModel):
    """Why a request was refused."""

    model_config = ConfigDict(extra="forbid")

    title: str
    detail: str
    fields: list[str] = Field(default_factory=list, description="Where in the request, when it was not valid.")
