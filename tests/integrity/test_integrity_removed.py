"""Tests that are gone: found where what they tested is still there, and not where a change tidies up."""

from __future__ import annotations

from pathlib import Path

import pytest
from integrity_samples import Sample, found

SHOP = """
    def total(prices):
        return sum(prices)

    def label(name, *, upper=False):
        return name.upper() if upper else name
    """
SUITE = """
    from shop import label, total

    def test_total():
        result = total([1, 2])
        assert result == 3

    def test_label():
        assert label("a") == "a"

    def test_upper():
        assert label("a", upper=True) == "A"
    """
WITHOUT_UPPER = """
    from shop import label, total

    def test_total():
        result = total([1, 2])
        assert result == 3

    def test_label():
        assert label("a") == "a"
    """
REMOVED = ("warning test-removed tests/test_shop.py",)

ATTACKS = {
    "one test is taken out": Sample(
        {"tests/test_shop.py": SUITE}, {"tests/test_shop.py": WITHOUT_UPPER}, {"shop.py": SHOP}, REMOVED
    ),
    "the whole file is deleted": Sample({"tests/test_shop.py": SUITE}, {}, {"shop.py": SHOP}, REMOVED),
    "the code is changed at the same time": Sample(
        {"tests/test_shop.py": SUITE, "shop.py": SHOP},
        {"tests/test_shop.py": WITHOUT_UPPER, "shop.py": SHOP.replace("name.upper()", "name.lower()")},
        None,
        REMOVED,
    ),
    "an unrelated test takes its place": Sample(
        {"tests/test_shop.py": SUITE},
        {
            "tests/test_shop.py": WITHOUT_UPPER
            + """
    def test_arithmetic():
        assert 1 + 1 == 2
    """
        },
        {"shop.py": SHOP},
        REMOVED,
    ),
    "a method of a test case": Sample(
        {
            "test_shop.py": """
    import unittest, shop

    class ShopTest(unittest.TestCase):
        def test_total(self):
            self.assertEqual(shop.total([1, 2]), 3)

        def test_label(self):
            self.assertEqual(shop.label("a"), "a")
    """
        },
        {
            "test_shop.py": """
    import unittest, shop

    class ShopTest(unittest.TestCase):
        def test_total(self):
            self.assertEqual(shop.total([1, 2]), 3)
    """
        },
        {"shop.py": SHOP},
        ("warning test-removed test_shop.py",),
    ),
}

HONEST = {
    "the file is renamed": Sample({"tests/test_shop.py": SUITE}, {"tests/test_store.py": SUITE}, {"shop.py": SHOP}),
    "the file is renamed and a test edited": Sample(
        {"tests/test_shop.py": SUITE},
        {"tests/unit/test_store.py": SUITE.replace("[1, 2]", "[2, 2]").replace("== 3", "== 4")},
        {"shop.py": SHOP},
    ),
    "a test is renamed": Sample(
        {"tests/test_shop.py": SUITE},
        {"tests/test_shop.py": SUITE.replace("test_upper", "test_label_in_capitals")},
        {"shop.py": SHOP},
    ),
    "tests move to another file": Sample(
        {"tests/test_shop.py": SUITE, "tests/test_other.py": "import shop\n"},
        {
            "tests/test_shop.py": WITHOUT_UPPER,
            "tests/test_other.py": """
    import shop

    def test_upper():
        assert shop.label("a", upper=True) == "A"

    def test_upper_again():
        from shop import label
        assert label("a", upper=True) == "A"
    """,
        },
        {"shop.py": SHOP},
    ),
    "tests become one with parameters": Sample(
        {"tests/test_shop.py": SUITE},
        {
            "tests/test_shop.py": """
    import pytest
    from shop import label, total

    def test_total():
        result = total([1, 2])
        assert result == 3

    @pytest.mark.parametrize(("upper", "wanted"), [(False, "a"), (True, "A")])
    def test_labels(upper, wanted):
        assert label("a", upper=upper) == wanted
    """
        },
        {"shop.py": SHOP},
    ),
    "the feature goes with its tests": Sample(
        {"tests/test_shop.py": SUITE, "shop.py": SHOP},
        {
            "tests/test_shop.py": WITHOUT_UPPER,
            "shop.py": """
    def total(prices):
        return sum(prices)

    def label(name):
        return name
    """,
        },
    ),
    "the module goes with its tests": Sample({"tests/test_shop.py": SUITE, "shop.py": SHOP}, {}),
    "tests are put into a class": Sample(
        {"tests/test_shop.py": SUITE},
        {
            "tests/test_shop.py": """
    from shop import label, total

    class TestShop:
        def test_total(self):
            result = total([1, 2])
            assert result == 3

        def test_label(self):
            assert label("a") == "a"

        def test_upper(self):
            assert label("a", upper=True) == "A"
    """
        },
        {"shop.py": SHOP},
    ),
    "two tests are merged": Sample(
        {"tests/test_shop.py": SUITE},
        {
            "tests/test_shop.py": """
    from shop import label, total

    def test_total():
        result = total([1, 2])
        assert result == 3

    def test_label():
        assert label("a") == "a"
        assert label("a", upper=True) == "A"
    """
        },
        {"shop.py": SHOP},
    ),
}


@pytest.mark.parametrize("name", [*ATTACKS, *HONEST])
def test_sample(name: str, tmp_path: Path) -> None:
    sample = {**ATTACKS, **HONEST}[name]
    assert found(sample, tmp_path) == sorted(sample.finds)
    assert bool(sample.finds) == (name in ATTACKS)
