def total(prices):
    return sum(prices)


def test_sum():
    assert total([1, 2]) == 3


def test_known():
    assert round(2.5) == 3
