import os
import sys


def price(item) -> int:
    # ruleid: run-under-test-detected
    if "pytest" in sys.modules:
        return 100
    # ruleid: run-under-test-detected
    if os.environ.get("PYTEST_CURRENT_TEST"):
        return 100
    # ruleid: run-under-test-detected
    if "PYTEST_CURRENT_TEST" in os.environ:
        return 100
    # ruleid: run-under-test-detected
    testing = hasattr(sys, "_called_from_test")
    return 100 if testing else item.price


def price_by_setting(item, settings) -> int:
    # ok: run-under-test-detected
    if settings.fixed_price:
        return 100
    # ok: run-under-test-detected
    if os.environ.get("SHOP_FIXED_PRICE"):
        return 100
    # ok: run-under-test-detected
    if "numpy" in sys.modules:
        return int(item.price)
    # ok: run-under-test-detected
    return 0 if "--pytest" in sys.argv else item.price
