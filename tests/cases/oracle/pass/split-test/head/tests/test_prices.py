import prices
import pytest


@pytest.mark.parametrize(("given", "total"), [([1, 2], 3), ([], 0)])
def test_total(given, total):
    assert prices.total(given) == total
