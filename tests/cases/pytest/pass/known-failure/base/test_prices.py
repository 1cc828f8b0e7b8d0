def test_known():
    assert round(2.5) == 3


def test_sum():
    assert sum([1, 2]) == 3
