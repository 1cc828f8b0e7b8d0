import unittest

from shop import total


def test_total(order):
    total(order)
    # ruleid: assertion-cannot-fail
    assert True
    # ruleid: assertion-cannot-fail
    assert total(order) == 3 or True
    # ruleid: assertion-cannot-fail
    assert (total(order) == 3, "the sum is wrong")
    # ruleid: assertion-cannot-fail
    assert len(order.items) >= 0
    # ruleid: assertion-cannot-fail
    assert "total(order) == 3"


class TestTotal(unittest.TestCase):
    def test_total(self):
        # ruleid: assertion-cannot-fail
        self.assertTrue(True)
        # ruleid: assertion-cannot-fail
        self.assertEqual(1, 1)

    def test_total_again(self):
        # ok: assertion-cannot-fail
        self.assertTrue(total([]) == 0)
        # ok: assertion-cannot-fail
        self.assertEqual(total([1]), 1)


def test_sum(order):
    # ok: assertion-cannot-fail
    assert total(order) == 3
    # ok: assertion-cannot-fail
    assert total(order) == 3, "the sum is wrong"
    # ok: assertion-cannot-fail
    assert len(order.items) >= 1
    # ok: assertion-cannot-fail
    assert order == order
    before = count = 0
    total(order)
    # ok: assertion-cannot-fail
    assert count == before
    # ok: assertion-cannot-fail
    assert order.paid is True
