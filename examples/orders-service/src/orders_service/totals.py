"""The arithmetic of orders: whole cents, tax rounded half up on each line."""

from __future__ import annotations

from orders_service.models import Line, Order, Totals

__all__ = ["line_net", "line_tax", "order_totals"]


def line_net(line: Line) -> int:
    """Return the price of a line in cents, without tax."""
    return line.quantity * line.unit_price


def line_tax(line: Line) -> int:
    """Return the tax of a line in cents; half a cent is rounded up."""
    return (line_net(line) * line.tax_percent + 50) // 100


def order_totals(order: Order) -> Totals:
    """Return what an order costs, line by line and not on the sum, as invoices do."""
    net = sum(line_net(line) for line in order.lines)
    tax = sum(line_tax(line) for line in order.lines)
    return Totals(order=order.id, currency=order.currency, net=net, tax=tax, gross=net + tax)
