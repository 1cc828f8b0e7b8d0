"""The overlay as a pure function of listings: what it is, and the laws of giving it to another tree."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineclear.change.overlay import Exchange, exchange, find_overlay
from lineclear.change.runner_configuration import configures_alike
from lineclear.change.trees import TreeEntry

BASE = ["src/shop/cart.py", "src/shop/tests/test_cart.py", "src/shop/test/client.py", "tests/test_a.py"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_a.py", True),
        ("tests/helpers.py", True),
        ("tests/data/golden.txt", True),
        ("tests", True),  # a link in the folder's place
        ("conftest.py", True),
        ("test_root.py", True),
        ("src/shop/cart_test.py", True),
        ("src/shop/tests/helpers.py", True),  # the base has a test file in that folder
        ("src/shop/test/client.py", False),  # and none in this one: it is the product's
        ("src/shop/cart.py", False),
        ("src/shop/contest.py", False),
        ("src/shop/tests.py", False),  # a product may have such a module, and pytest does not look there by itself
        ("src/shop/testdata/a.json", True),
        ("pytest.ini", True),
        ("src/pytest.ini", True),
        ("pyproject.toml", True),
        ("src/shop/pyproject.toml", False),
        ("docs/setup.cfg", False),
    ],
)
def test_the_overlay_is_what_decides_what_tests_say(path: str, expected: bool) -> None:
    assert find_overlay(BASE, ".").has(path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("libs/core/tests/a.txt", True),
        ("libs/core/pyproject.toml", True),
        ("libs/conftest.py", True),  # pytest reads it for all that is below
        ("pytest.ini", True),
        ("tests/test_other.py", False),
        ("libs/other/conftest.py", False),
        ("libs/core-more/tests/a.txt", False),
    ],
)
def test_a_project_below_the_repository_has_its_own(path: str, expected: bool) -> None:
    assert find_overlay([], "libs/core").has(path) is expected


@pytest.mark.parametrize(
    ("name", "one", "other", "alike"),
    [
        ("pyproject.toml", b'[project]\nversion = "1"\n', b'[project]\nversion = "2"\n', True),
        ("pyproject.toml", b"[tool.pytest.ini_options]\n", b"[tool.pytest.ini_options]\naddopts = '-k a'\n", False),
        ("pyproject.toml", None, b"[tool.coverage.run]\nomit = ['*']\n", False),
        ("pyproject.toml", b"[tool.x]\n", b"[tool.x\n", False),
        ("setup.cfg", b"[metadata]\nname = a\n", b"[metadata]\nname = b\n[tool:pytest]\naddopts = -x\n", False),
        ("setup.cfg", b"[metadata]\nname = a\n", None, True),
        ("tox.ini", b"[pytest]\nmarkers = a\n", b"[pytest]\nmarkers =\n  a\n  b\n", False),
        ("tox.ini", b"\xff", b"\xfe", False),
    ],
)
def test_shared_configuration_counts_by_what_it_says_of_the_runner(
    name: str, one: bytes | None, other: bytes | None, alike: bool
) -> None:
    assert configures_alike(name, one, other) is alike
    assert configures_alike(name, other, one) is alike


PARTS = st.sampled_from(["tests", "test", "src", "a", "test_x.py", "conftest.py", "pyproject.toml", "data", "b.py"])
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


def entry(path: str, blob: str, mode: str = "100644") -> TreeEntry:
    return TreeEntry(path=path, raw=path.encode(), mode=mode, blob=blob, size=1)


@st.composite
def listings(draw: st.DrawFn) -> list[TreeEntry]:
    """A tree as git may have it: no path is a file and a folder at once."""
    found: dict[str, TreeEntry] = {}
    for path in draw(st.lists(PATHS, max_size=8)):
        clash = any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in found)
        if not clash:
            mode = draw(st.sampled_from(["100644", "100755", "120000"]))
            found[path] = entry(path, draw(st.sampled_from(["1", "2"])), mode)
    return list(found.values())


def applied(code: Iterable[TreeEntry], done: Exchange) -> dict[str, TreeEntry]:
    gone = {item.path for item in done.remove}
    kept = {item.path: item for item in code if item.path not in gone}
    return {**kept, **{item.path: item for item in done.write}}


@given(code=listings(), tests=listings(), root=st.sampled_from([".", "src"]), alike=st.booleans())
def test_the_exchange_gives_one_overlay_and_leaves_the_rest(
    code: list[TreeEntry], tests: list[TreeEntry], root: str, alike: bool
) -> None:
    overlay = find_overlay([item.path for item in tests], root)
    made = applied(code, exchange(code, tests, overlay, lambda _: alike))
    theirs = {item.path: item for item in tests}
    ours = {item.path: item for item in code}

    assert not any(other.startswith(f"{path}/") for path in made for other in made), "a file where a folder is"

    def stays(path: str) -> bool:
        return alike and path.rpartition("/")[2] == "pyproject.toml"

    for path in {*made, *theirs, *ours}:
        if overlay.has(path) and not stays(path):
            assert made.get(path) == theirs.get(path)
        elif path in made:
            assert made[path] == ours.get(path)
        elif path in ours:
            wanted = [name for name in theirs if overlay.has(name) and not stays(name)]
            assert any(name.startswith(f"{path}/") or path.startswith(f"{name}/") for name in wanted)


@given(code=listings(), tests=listings())
def test_an_exchange_that_is_done_has_nothing_left_to_do(code: list[TreeEntry], tests: list[TreeEntry]) -> None:
    overlay = find_overlay([item.path for item in tests], ".")
    made = applied(code, exchange(code, tests, overlay, lambda _: False))
    again = exchange(made.values(), tests, overlay, lambda _: False)
    assert (again.write, again.remove, again.paths) == ((), (), [])


@given(tests=listings())
def test_equal_trees_have_nothing_to_exchange(tests: list[TreeEntry]) -> None:
    done = exchange(tests, tests, find_overlay([item.path for item in tests], "."), lambda _: False)
    assert done.paths == []
