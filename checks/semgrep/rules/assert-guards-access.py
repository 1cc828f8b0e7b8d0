import hmac

from flask import request


def remove(user, order) -> None:
    # ruleid: assert-guards-access
    assert user.is_admin
    order.delete()


def change(user, order) -> None:
    # ruleid: assert-guards-access
    assert user.has_permission("change", order), "not yours"
    # ruleid: assert-guards-access
    assert "amount" in request.json
    order.amount = request.json["amount"]


def hook(signature: str, expected: str) -> None:
    # ruleid: assert-guards-access
    assert hmac.compare_digest(signature, expected)


def remove_if_allowed(user, order, path) -> None:
    if not user.is_admin:
        raise PermissionError("only an administrator may remove an order")
    # ok: assert-guards-access
    assert order is not None
    # ok: assert-guards-access
    assert isinstance(user.name, str), user
    # ok: assert-guards-access
    assert path.exists(), "made by the installer"
    order.delete()
