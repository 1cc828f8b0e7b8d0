"""What a project's tests need, found in its files."""

from __future__ import annotations

import pytest

from lineclear.errors import EngineError
from lineclear.run.detect import Locked, detect

BUILD = '[build-system]\nrequires = ["hatchling"]\n'
PROJECT = '[project]\nname = "orders"\nversion = "1"\n'


def lines(files: dict[str, str]) -> tuple[str, ...] | Locked:
    return detect(files.keys(), files.__getitem__).install


def test_nothing_is_installed_where_no_file_says_so() -> None:
    files = {"README.md": "", "src/app.py": ""}
    found = detect(files, files.__getitem__)
    assert found.install == ()
    assert found.because == "no file says what to install"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": BUILD + PROJECT}, (".",)),
        ({"pyproject.toml": PROJECT}, ("-r pyproject.toml",)),
        ({"pyproject.toml": "[tool.ruff]\n"}, ()),
        ({"setup.py": "from setuptools import setup; setup()"}, (".",)),
        ({"setup.cfg": "[metadata]\nname = orders\n"}, (".",)),
        ({"setup.cfg": "[flake8]\nignore = E501\n"}, ()),
        ({"requirements.txt": ""}, ("-r requirements.txt",)),
        ({"requirements-dev.txt": "", "requirements.txt": ""}, ("-r requirements-dev.txt", "-r requirements.txt")),
        ({"test_requirements.txt": ""}, ("-r test_requirements.txt",)),
        ({"requirements/tests.txt": "", "requirements/docs.txt": ""}, ("-r requirements/tests.txt",)),
        ({"requirements/base.txt": "", "requirements/prod.txt": ""}, ("-r requirements/base.txt",)),
        ({"docs/requirements-test.txt": ""}, ()),
        ({"setup.py": "setup(extras_require={'tests': ['pytest'], 'docs': []})"}, (".[tests]",)),
        ({"setup.py": "extras_require = {'test': []}\nsetup(extras_require=extras_require)"}, (".[test]",)),
        ({"setup.py": "this does not parse ("}, (".",)),
        ({"setup.cfg": "[metadata]\nname = o\n[options.extras_require]\ntesting =\n  pytest\n"}, (".[testing]",)),
    ],
)
def test_each_source_is_found(files: dict[str, str], expected: tuple[str, ...]) -> None:
    assert lines(files) == expected


def test_sources_named_for_tests_are_taken_together_and_development_is_left_out() -> None:
    text = BUILD + PROJECT + "[project.optional-dependencies]\nTests = []\ndev = []\nall = []\n"
    text += "[dependency-groups]\ntest = []\ndev = []\ndocs = []\n"
    files = {"pyproject.toml": text, "requirements-dev.txt": "", "requirements-test.txt": ""}
    assert lines(files) == ("--group test", "-r requirements-test.txt", ".[Tests]")


def test_development_counts_where_nothing_is_named_for_tests() -> None:
    text = BUILD + PROJECT + "[dependency-groups]\ndev = []\ndocs = []\n"
    assert lines({"pyproject.toml": text}) == ("--group dev", ".")


def test_extras_without_a_build_system_are_asked_of_the_file() -> None:
    text = PROJECT + "[project.optional-dependencies]\ntest = []\n"
    assert lines({"pyproject.toml": text}) == ("-r pyproject.toml --extra test",)


def test_a_lock_is_a_choice_of_its_own() -> None:
    text = PROJECT + "[project.optional-dependencies]\ntest = []\n[dependency-groups]\ntests = []\ndev = []\n"
    found = detect(["uv.lock", "pyproject.toml", "requirements.txt"], {"pyproject.toml": text}.__getitem__)
    assert found.install == Locked(extras=("test",), groups=("tests",))
    assert found.because == "uv.lock, extra test, group tests"


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg"])
def test_a_file_that_cannot_be_parsed_is_named(name: str) -> None:
    with pytest.raises(EngineError, match=name):
        lines({name: "[unclosed"})


@pytest.mark.parametrize("text", ["project = 3", "dependency-groups = []", "[project]\noptional-dependencies = 1"])
def test_a_file_of_the_wrong_shape_breaks_nothing(text: str) -> None:
    lines({"pyproject.toml": text})
