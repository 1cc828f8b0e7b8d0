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


POETRY = """\
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
[tool.poetry]
name = "orders"
version = "1"
[tool.poetry.dependencies]
python = "^3.11"
iniconfig = "^2.0"
pluggy = {version = "~1.2", optional = true, extras = ["x"], markers = "sys_platform == 'linux'"}
[tool.poetry.group.dev.dependencies]
ruff = "*"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POETRY, ("ruff", ".")),
        (POETRY + '[tool.poetry.group.test.dependencies]\npytest = ">=7,<9"\n', ("pytest<9,>=7", ".")),
        (POETRY.replace("group.dev.dependencies", "dev-dependencies"), ("ruff", ".")),
        (POETRY.partition("[tool.poetry]")[2].join(["[tool.poetry]", ""]), ("ruff", "iniconfig<3.0,>=2.0")),
        (POETRY.replace('version = "1"', 'version = "1"\npackage-mode = false'), ("ruff", "iniconfig<3.0,>=2.0")),
        (
            POETRY.replace('version = "1"', 'package-mode = false\nextras = {test = ["pluggy"]}'),
            ("iniconfig<3.0,>=2.0", 'pluggy[x]<1.3,>=1.2; sys_platform == "linux"'),
        ),
        (
            POETRY.replace('ruff = "*"', 'ruff = {git = "https://example.org/ruff.git", rev = "abc"}'),
            ("ruff @ git+https://example.org/ruff.git@abc", "."),
        ),
        (POETRY.replace('ruff = "*"', 'ruff = {path = "tools/ruff"}'), ("./tools/ruff", ".")),
        (
            POETRY.replace('ruff = "*"', 'ruff = [{version = "1", python = "<3.9"}, "2"]'),
            ('ruff==1; python_version < "3.9"', "ruff==2", "."),
        ),
        (BUILD + PROJECT + '[tool.pdm.dev-dependencies]\ntest = ["pytest>=7", "ruff"]\nlint = ["x"]\n',
         ("pytest>=7", "ruff", ".")),
        (BUILD + PROJECT + '[tool.pdm.dev-dependencies]\ndev = ["-e file:///${PROJECT_ROOT}/sub#egg=sub"]\n',
         ("./sub", ".")),
        (BUILD + PROJECT + "[tool.pdm]\ndev-dependencies = {dev = 3}\n", (".",)),
    ],
)  # fmt: skip
def test_poetry_and_pdm_declare_in_tables_of_their_own(text: str, expected: tuple[str, ...]) -> None:
    assert lines({"pyproject.toml": text}) == expected


@pytest.mark.parametrize(
    "text",
    [
        POETRY.replace('ruff = "*"', 'ruff = "not a version"'),
        POETRY.replace('ruff = "*"', '"--index-url=http://127.0.0.1:9" = "*"'),
        POETRY.replace('ruff = "*"', "ruff = 3"),
        POETRY.replace('ruff = "*"', 'ruff = {path = "a --index-url=x"}'),
        BUILD + PROJECT + '[tool.pdm.dev-dependencies]\ndev = ["--index-url http://127.0.0.1:9"]\n',
    ],
)
def test_what_is_no_requirement_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(EngineError, match="what the tests need cannot be found out"):
        lines({"pyproject.toml": text})


def test_a_compiled_file_is_read_and_not_its_source() -> None:
    files = dict.fromkeys(["requirements.in", "requirements-test.in", "requirements-test.txt", "requirements.txt"], "")
    assert lines(files) == ("-r requirements-test.txt", "-r requirements.txt")
    assert lines({"requirements.in": "", "dev-requirements.in": ""}) == (
        "-r dev-requirements.in",
        "-r requirements.in",
    )


POETRY_LOCK = """\
[[package]]
name = "Ini_Config"
version = "2.0.0"
[[package]]
name = "twice"
version = "1"
[[package]]
name = "twice"
version = "2"
[[package]]
name = "elsewhere"
version = "1"
[package.source]
type = "git"
url = "https://example.org/elsewhere.git"
"""


def test_the_lock_of_another_tool_gives_the_versions_and_says_what_it_does_not() -> None:
    files = {"pyproject.toml": POETRY, "poetry.lock": POETRY_LOCK, "Pipfile.lock": "{}"}
    found = detect(files, files.__getitem__)
    assert found.constraints == ("ini-config==2.0.0",)
    first, second = found.notes
    assert first.startswith("poetry.lock: installed at the versions that it pins; its hashes were not checked")
    assert first.endswith("elsewhere, twice.")
    assert second == "Pipfile.lock was not used: it is none that could be read here."


def test_a_pylock_is_read_by_its_own_names() -> None:
    lock = 'lock-version = "1.0"\n[[packages]]\nname = "iniconfig"\nversion = "2.0.0"\n'
    lock += '[[packages]]\nname = "orders"\ndirectory = {path = "."}\n'
    files = {"pyproject.toml": BUILD + PROJECT, "pylock.toml": lock}
    assert detect(files, files.__getitem__).constraints == ("iniconfig==2.0.0",)


def test_uv_s_lock_is_used_before_any_other_which_is_said() -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": "", "poetry.lock": ""}
    assert detect(files, files.__getitem__).notes == ("poetry.lock was not used: uv.lock is there.",)


@pytest.mark.parametrize(
    "lock", ["[unclosed", "package = 3", "[[package]]\nversion = '1'", "[[package]]\nname = '-e x'\nversion = '1'",
             "[[package]]\nname = 'a'\nversion = '1 --index-url=x'"]
)  # fmt: skip
def test_what_is_no_lock_is_refused(lock: str) -> None:
    files = {"pyproject.toml": POETRY, "poetry.lock": lock}
    with pytest.raises(EngineError, match=r"poetry\.lock is not a lock"):
        detect(files, files.__getitem__)
