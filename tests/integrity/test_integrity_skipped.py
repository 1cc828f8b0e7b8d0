"""Tests that no longer run although they are there, and honest changes that look alike."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from integrity_samples import Sample, found

SHOP = {"shop.py": "def total(prices):\n    return sum(prices)\n"}
HEAD = """
import os
import sys
import unittest
import pytest
from shop import total
"""
TEST = """
def test_total():
    result = total([1, 2])
    assert result == 3
"""
OTHER = """
def test_nothing():
    assert total([]) == 0
"""
CLASS = """
class TestTotal:
    def test_total(self):
        assert total([1, 2]) == 3

    def test_nothing(self):
        assert total([]) == 0
"""


def edit(before: str, after: str, *finds: str, to: str = "test_shop.py", **more: str) -> Sample:
    """Return a change of one test file."""
    return Sample({"test_shop.py": HEAD + before}, {to: HEAD + after, **more}, SHOP, finds)


SKIPPED = "warning test-skipped test_shop.py"
EMPTIED = "warning test-emptied test_shop.py"
LOST = "warning test-uncollected test_shop.py"

ATTACKS = {
    "skip": edit(TEST, f"@pytest.mark.skip\n{TEST.strip()}\n", SKIPPED),
    "skip with a reason": edit(TEST, f"@pytest.mark.skip(reason='flaky')\n{TEST.strip()}\n", SKIPPED),
    "skip if true": edit(TEST, f"@pytest.mark.skipif(True, reason='x')\n{TEST.strip()}\n", SKIPPED),
    "skip on this platform": edit(
        TEST, f"@pytest.mark.skipif(sys.platform == '{sys.platform}', reason='x')\n{TEST.strip()}\n", SKIPPED
    ),
    "skip on all other platforms": edit(
        TEST, f"@pytest.mark.skipif(sys.platform != 'atari', reason='x')\n{TEST.strip()}\n", SKIPPED
    ),
    "unless false": edit(TEST, f"@unittest.skipUnless(False, 'x')\n{TEST.strip()}\n", SKIPPED),
    "xfail": edit(TEST, f"@pytest.mark.xfail\n{TEST.strip()}\n", SKIPPED),
    "by a name": edit(TEST, f"later = pytest.mark.xfail(reason='x')\n@later\n{TEST.strip()}\n", SKIPPED),
    "unittest skip": edit(TEST, f"@unittest.skip('x')\n{TEST.strip()}\n", SKIPPED),
    "in the body": edit(TEST, TEST.replace("    result", "    pytest.skip('x')\n    result"), SKIPPED),
    "raised": edit(TEST, TEST.replace("    result", "    raise unittest.SkipTest\n    result"), SKIPPED),
    "module mark": edit(TEST + OTHER, "pytestmark = pytest.mark.skip\n" + TEST + OTHER, SKIPPED),
    "module marks": edit(TEST, "pytestmark = [pytest.mark.slow, pytest.mark.xfail()]\n" + TEST, SKIPPED),
    "whole module": edit(TEST, "pytest.skip('x', allow_module_level=True)\n" + TEST, SKIPPED),
    "class": edit(CLASS, "@pytest.mark.skip\n" + CLASS.strip(), SKIPPED),
    "moved and skipped": edit(
        TEST, f"@pytest.mark.skip\n{TEST.strip()}\n", "warning test-skipped test_other.py", to="test_other.py"
    ),
    "underscore": edit(TEST, TEST.replace("test_total", "_test_total"), LOST),
    "check": edit(TEST, TEST.replace("test_total", "check_total"), LOST),
    "class name": edit(CLASS, CLASS.replace("TestTotal", "TotalChecks"), LOST, LOST),
    "class opted out": edit(CLASS, CLASS.replace("Total:\n", "Total:\n    __test__ = False\n\n"), LOST, LOST),
    "module opted out": edit(TEST, "__test__ = False\n" + TEST, LOST),
    "file name": edit(TEST, TEST, "warning test-uncollected shop_checks.py", to="shop_checks.py"),
    "never defined": edit(TEST, "if False:\n" + TEST.replace("\n", "\n    "), LOST),
    "defined again": edit(TEST, TEST + "\ndef test_total():\n    pass\n", EMPTIED),
    "early return": edit(TEST, TEST.replace("    result", "    return\n    result"), EMPTIED),
    "early return if true": edit(TEST, TEST.replace("    result", "    if True:\n        return\n    result"), EMPTIED),
    "assert true": edit(TEST, "def test_total():\n    assert True\n", EMPTIED),
    "pass": edit(TEST, "def test_total():\n    pass\n", EMPTIED),
    "docstring": edit(TEST, "def test_total():\n    '''To be done.'''\n", EMPTIED),
}

HONEST = {
    "skipped somewhere else": edit(
        TEST,
        f"@pytest.mark.skipif(sys.platform == 'atari', reason='x')\n{TEST.strip()}\n",
        "note test-skipped test_shop.py",
    ),
    "skipped under a condition in the body": edit(
        TEST,
        TEST.replace("    result", "    if os.name == 'atari':\n        pytest.skip('x')\n    result"),
        "note test-skipped test_shop.py",
    ),
    "skipped before and after": edit(
        f"@pytest.mark.skip\n{TEST.strip()}\n", f"@pytest.mark.skip\n{TEST.strip().replace('3', '4')}\n"
    ),
    "skip taken out": edit(f"@pytest.mark.skip\n{TEST.strip()}\n", TEST),
    "a new test that is skipped": edit(TEST, TEST + "\n@pytest.mark.skip\n" + OTHER.strip()),
    "another mark": edit(TEST, f"@pytest.mark.slow\n{TEST.strip()}\n"),
    "the body becomes a helper": edit(
        TEST, TEST.replace("test_total():", "check_total():") + "\ndef test_total():\n    check_total()\n"
    ),
    "the class becomes a base": edit(
        CLASS, CLASS.replace("TestTotal", "TotalCases") + "\nclass TestTotal(TotalCases):\n    pass\n"
    ),
    "a test that asserts by a call": edit(TEST, "def test_total():\n    assert_total([1, 2], 3)\n"),
    "the module's mark becomes the class's": edit(
        "pytestmark = pytest.mark.skip\n" + CLASS, "@pytest.mark.skip\n" + CLASS.strip()
    ),
    "a test that only has to run": edit("def test_total():\n    total([1])\n", "def test_total():\n    total([2])\n"),
}


@pytest.mark.parametrize("name", [*ATTACKS, *HONEST])
def test_sample(name: str, tmp_path: Path) -> None:
    sample = {**ATTACKS, **HONEST}[name]
    assert found(sample, tmp_path) == sorted(sample.finds)
    assert any(line.startswith("warning") for line in sample.finds) == (name in ATTACKS)
