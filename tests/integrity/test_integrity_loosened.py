"""Assertions that are gone or say less, and honest edits of tests that look alike."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from integrity_samples import Sample, found

SHOP = {"shop.py": "def total(prices):\n    return sum(prices)\n\ndef parse(text):\n    return int(text)\n"}
HEAD = """
import contextlib
import pytest
from shop import parse, total
"""


def edit(before: str, after: str, *finds: str, more: str = "") -> Sample:
    """Return a change of one test's body; ``more`` stands before the test afterwards."""
    test = "\ndef test_shop():\n"
    return Sample(
        {"test_shop.py": HEAD + test + indent(before, "    ")},
        {"test_shop.py": HEAD + more + test + indent(after, "    ")},
        SHOP,
        finds,
    )


def cases(before: str, after: str, *finds: str, more: str = "") -> Sample:
    """Return a change of one test's parameters."""
    test = "\n@pytest.mark.parametrize('text', [{}])\ndef test_parse(text):\n    assert parse(text) == int(text)\n"
    return Sample(
        {"test_shop.py": HEAD + test.format(before)}, {"test_shop.py": HEAD + test.format(after) + more}, SHOP, finds
    )


EXACT = "result = total([1, 2])\nassert result == 3\n"
TWO = "result = total([1, 2])\nassert result == 3\nassert isinstance(result, int)\n"
RAISES = "with pytest.raises(ValueError, match='literal'):\n    parse('x')\n"
LOOSENED = "warning assertion-loosened test_shop.py"
REMOVED = "warning assertion-removed test_shop.py"
SWALLOWED = "warning assertion-swallowed test_shop.py"
CASES = "warning cases-removed test_shop.py"

ATTACKS = {
    "not none": edit(EXACT, EXACT.replace("== 3", "is not None"), LOOSENED),
    "truth": edit(EXACT, EXACT.replace(" == 3", ""), LOOSENED),
    "at least": edit(EXACT, EXACT.replace("== 3", ">= 0"), LOOSENED),
    "not equal": edit(EXACT, EXACT.replace("== 3", "!= 4"), LOOSENED),
    "one of many": edit(EXACT, EXACT.replace("== 3", "in (3, 4, 5)"), LOOSENED),
    "a type": edit(EXACT, EXACT.replace("result == 3", "isinstance(result, int)"), LOOSENED),
    "wide tolerance": edit(EXACT, EXACT.replace("3", "pytest.approx(3, abs=100)"), LOOSENED),
    "or true": edit(EXACT, EXACT.replace("== 3", "== 3 or True"), LOOSENED),
    "or something": edit(EXACT, EXACT.replace("== 3", "== 3 or result"), LOOSENED),
    "itself": edit(EXACT, EXACT.replace("== 3", "== result"), LOOSENED),
    "a part": edit("assert str(total([1])) == '1'\n", "assert '' in str(total([1]))\n", LOOSENED),
    "a length": edit(
        "rows = [total([1])]\nassert rows == [1]\n", "rows = [total([1])]\nassert len(rows) > 0\n", LOOSENED
    ),
    "any error": edit(RAISES, RAISES.replace("ValueError, match='literal'", "Exception"), LOOSENED),
    "any message": edit(RAISES, RAISES.replace(", match='literal'", ""), LOOSENED),
    "unittest": edit(
        "self = case()\nself.assertEqual(total([1, 2]), 3)\n",
        "self = case()\nself.assertTrue(total([1, 2]))\n",
        LOOSENED,
    ),
    "one is gone": edit(TWO, EXACT, REMOVED),
    "all are gone": edit(EXACT, "result = total([1, 2])\n", REMOVED),
    "commented out": edit(TWO, TWO.replace("assert result == 3", "# assert result == 3"), REMOVED),
    "no error any more": edit(RAISES + EXACT, EXACT, REMOVED),
    "after a return": edit(TWO, TWO.replace("assert isinstance", "return\nassert isinstance"), REMOVED),
    "never entered": edit(TWO, TWO.replace("assert isinstance", "if False:\n    assert isinstance"), REMOVED),
    "no round": edit(TWO, TWO.replace("assert isinstance", "for _ in []:\n    assert isinstance"), REMOVED),
    "caught": edit(
        EXACT, "result = total([1, 2])\ntry:\n    assert result == 3\nexcept AssertionError:\n    pass\n", SWALLOWED
    ),
    "caught whatever": edit(
        EXACT, "try:\n    result = total([1, 2])\n    assert result == 3\nexcept Exception:\n    print()\n", SWALLOWED
    ),
    "suppressed": edit(
        EXACT, "result = total([1, 2])\nwith contextlib.suppress(AssertionError):\n    assert result == 3\n", SWALLOWED
    ),
    "a case is gone": cases("'1', '2', '3'", "'1', '3'", CASES),
    "all cases but one": cases("'1', '2', '3'", "'1'", CASES),
}

HONEST = {
    "another value is expected": edit(EXACT, EXACT.replace("3", "4")),
    "more is asserted": edit(EXACT, TWO),
    "exacter": edit(EXACT.replace("== 3", "is not None"), EXACT),
    "none first, then exactly": edit(EXACT, EXACT.replace("assert", "assert result is not None\nassert")),
    "true is written shorter": edit("assert (total([1]) == 1) == True\n", "assert total([1]) == 1\n"),
    "empty is written shorter": edit("assert total([]) == 0\n", "assert not total([])\n"),
    "a type is asked otherwise": edit("assert type(total([1])) is int\n", "assert isinstance(total([1]), int)\n"),
    "compared with two": edit("x = total([1])\nassert x == 1\n", "x = total([1])\nassert x == sum([1]) == 1\n"),
    "raised by a variable": edit(
        "with pytest.raises(ValueError):\n    parse('x')\n",
        "wrong = pytest.raises(ValueError)\nwith wrong:\n    parse('x')\n",
    ),
    "a case was there twice": cases("'1', '2', '2'", "'1', '2'"),
    "merged into one value": edit(TWO, "result = total([1, 2])\nassert (result, type(result)) == (3, int)\n"),
    "and is split": edit("x = total([1])\nassert x == 1 and x > 0\n", "x = total([1])\nassert x == 1\nassert x > 0\n"),
    "and is joined": edit("x = total([1])\nassert x == 1\nassert x > 0\n", "x = total([1])\nassert x == 1 and x > 0\n"),
    "moved into a helper": edit(
        TWO,
        "result = total([1, 2])\nis_three(result)\n",
        more="\ndef is_three(result):\n    assert result == 3\n    assert isinstance(result, int)\n",
    ),
    "moved into another test": edit(
        TWO, EXACT, more="\ndef test_type():\n    result = total([1, 2])\n    assert isinstance(result, int)\n"
    ),
    "folded into a loop": edit(
        "assert parse('1') == 1\nassert parse('2') == 2\n", "for n in (1, 2):\n    assert parse(str(n)) == n\n"
    ),
    "tightened tolerance": edit(
        EXACT.replace("3", "pytest.approx(3, abs=100)"), EXACT.replace("3", "pytest.approx(3, abs=1e-9)")
    ),
    "a usual tolerance": edit(EXACT, EXACT.replace("3", "pytest.approx(3)")),
    "an error of a closer class": edit(
        "with pytest.raises(Exception):\n    parse('x')\n", "with pytest.raises(ValueError):\n    parse('x')\n"
    ),
    "caught and failed": edit(EXACT, "try:\n    assert total([1, 2]) == 3\nexcept AssertionError:\n    raise\n"),
    "another error is caught": edit(
        EXACT, "result = total([1, 2])\ntry:\n    parse('x')\nexcept ValueError:\n    pass\nassert result == 3\n"
    ),
    "from unittest to assert": edit(
        "self = case()\nself.assertEqual(total([1, 2]), 3)\n", "self = case()\nassert total([1, 2]) == 3\n"
    ),
    "cases are added": cases("'1', '2'", "'1', '2', '3'"),
    "a case is edited": cases("'1', '2'", "'1', '4'"),
    "cases are sorted": cases("'1', '2'", "'2', '1'"),
    "a case moves to another test": cases(
        "'1', '2'",
        "'1'",
        more="\n@pytest.mark.parametrize('text', ['2'])\ndef test_even(text):\n    assert parse(text) % 2 == 0\n",
    ),
    "cases go with what they name": Sample(
        {
            "shop.py": "KINDS = {'apple': 1, 'pear': 2}\n",
            "test_shop.py": "import pytest, shop\n\n@pytest.mark.parametrize('kind', ['apple', 'pear'])\n"
            "def test_kind(kind):\n    assert shop.KINDS[kind] > 0\n",
        },
        {
            "shop.py": "KINDS = {'apple': 1}\n",
            "test_shop.py": "import pytest, shop\n\n@pytest.mark.parametrize('kind', ['apple'])\n"
            "def test_kind(kind):\n    assert shop.KINDS[kind] > 0\n",
        },
    ),
    "assertions go with what they are about": Sample(
        {
            "shop.py": "def total(prices):\n    return sum(prices)\n\ndef label():\n    return ''\n",
            "test_shop.py": "import shop\n\ndef test_shop():\n    assert shop.total([1]) == 1\n"
            "    assert shop.label() == ''\n",
        },
        {
            "shop.py": "def total(prices):\n    return sum(prices)\n",
            "test_shop.py": "import shop\n\ndef test_shop():\n    assert shop.total([1]) == 1\n",
        },
    ),
}


@pytest.mark.parametrize("name", [*ATTACKS, *HONEST])
def test_sample(name: str, tmp_path: Path) -> None:
    sample = {**ATTACKS, **HONEST}[name]
    assert found(sample, tmp_path) == sorted(sample.finds)
    assert bool(sample.finds) == (name in ATTACKS)
