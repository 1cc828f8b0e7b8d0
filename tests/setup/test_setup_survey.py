"""What a repository has is found in its files as data: packages, tests, services, schemas, other languages."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import yaml

from lineclear.battery.definitions import load_definitions
from lineclear.contract.load import load_contract
from lineclear.model.words import ContractSource
from lineclear.resources import checks_folder
from lineclear.setup.contract_text import contract_text
from lineclear.setup.noxfile import NEW_FILE, has_session
from lineclear.setup.survey import Survey, survey

PACKAGE = {"pyproject.toml": "[project]\nname = 'p'\n[build-system]\nrequires = []\n", "src/p/__init__.py": ""}
TESTS = {"tests/test_p.py": "def test_p(): pass\n"}
APP = "from fastapi import FastAPI\napp = FastAPI()\n"
OPENAPI = '{"openapi": "3.1.0", "info": {}, "paths": {}}'
SCHEMA = '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}'


def look(files: Mapping[str, str]) -> Survey:
    return survey(sorted(files), lambda path: files.get(path, ""))


def contract(files: Mapping[str, str]) -> dict[str, object]:
    """Return the written contract as data, after loading it as a verification would."""
    definitions = load_definitions(checks_folder())
    text = contract_text(look(files), definitions)
    assert max(map(len, text.splitlines())) <= 120
    load_contract(
        source=ContractSource.GIVEN,
        uri="lineclear.yaml",
        text=text.encode(),
        read=lambda _: None,
        definitions=definitions,
    )
    data = yaml.safe_load(text)
    assert isinstance(data, dict)
    return data


def test_a_package_with_tests_gets_the_checks_of_python() -> None:
    found = look({**PACKAGE, **TESTS})
    assert (found.root, found.projects, found.tests, found.python) == (".", (".",), ("tests",), True)
    assert contract({**PACKAGE, **TESTS})["checks"] == {"pytest": {}, "bandit": {}, "semgrep": {}}


def test_without_tests_there_is_no_check_for_them() -> None:
    assert contract({"p.py": "x = 1\n"})["checks"] == {"bandit": {}, "semgrep": {}}


def test_where_nothing_is_found_the_contract_has_no_check_and_is_valid() -> None:
    assert contract({"main.go": "package main\n"})["checks"] == {}


def test_the_file_that_init_writes_is_no_python_project() -> None:
    found = look({"noxfile.py": NEW_FILE, "main.go": "package main\n"})
    assert not found.python
    assert found.tests == ()


@pytest.mark.parametrize(
    ("path", "module"),
    [("src/p/app.py", "p.app"), ("p/app.py", "p.app"), ("main.py", "main"), ("p/__init__.py", "p")],
)
def test_an_app_is_named_as_it_is_imported(path: str, module: str) -> None:
    checks = contract({**PACKAGE, path: APP, "openapi.json": OPENAPI})["checks"]
    assert isinstance(checks, dict)
    assert checks["schemathesis"] == {"with": {"schema": "openapi.json", "app": f"{module}:app"}}


APPS = {
    "import fastapi\napi: fastapi.FastAPI = fastapi.FastAPI()\n": ("main:api",),
    "from fastapi import FastAPI as F\na = b = F(title='x')\n": ("main:a", "main:b"),
    "from starlette.applications import Starlette\napp = Starlette()\n": ("main:app",),
    "from fastapi import FastAPI\ndef make() -> FastAPI: ...\napp = make()\n": ("main:app",),
    "from fastapi import FastAPI\ndef make():\n    app = FastAPI()\n": (),
    "class FastAPI: pass\napp = FastAPI()\n": (),
    "from fastapi import FastAPI\napp = FastAPI(\n": (),
}


@pytest.mark.parametrize(("text", "apps"), APPS.items())
def test_an_app_is_what_a_framework_made_at_the_top_of_a_module(text: str, apps: tuple[str, ...]) -> None:
    found = look({"main.py": text})
    assert (found.service.apps if found.service else ()) == apps


def test_of_several_documents_or_apps_none_is_chosen_and_all_are_named() -> None:
    files = {"a.py": APP, "b.py": APP, "openapi.yaml": "openapi: 3.1.0\n"}
    assert "schemathesis" not in str(contract(files)["checks"])
    text = contract_text(look(files), load_definitions(checks_folder()))
    assert "applications: a:app, b:app" in text


def test_a_document_that_only_has_the_name_is_none() -> None:
    assert look({"openapi.json": '{"title": "openapi"}', "p.py": ""}).service is None


@pytest.mark.parametrize(
    ("schema", "data", "pattern"),
    [
        ("schemas/order.json", "data/orders/1.json", "data/orders/*.json"),
        ("order.schema.json", "order/1.yaml", "order/*.yaml"),
        ("schemas/entry.schema.json", "entries/a.toml", "entries/*.toml"),
    ],
)
def test_data_in_a_folder_of_the_schema_s_name_is_checked(schema: str, data: str, pattern: str) -> None:
    checks = contract({schema: SCHEMA, data: "{}"})["checks"]
    assert isinstance(checks, dict)
    assert list(checks.values()) == [{"use": "jsonschema", "with": {"schema": schema, "instances": pattern}}]


def test_data_that_names_its_schema_is_checked() -> None:
    files = {"schemas/s.json": SCHEMA, "conf/a.json": '{"$schema": "../schemas/s.json"}', "conf/b.json": "{}"}
    assert [item.pattern for item in look(files).instances] == ["conf/a.json"]
    files["conf/b.json"] = files["conf/a.json"]
    assert [item.pattern for item in look(files).instances] == ["conf/*.json"]


def test_a_schema_without_data_of_its_name_gets_no_check() -> None:
    assert look({"schemas/order.json": SCHEMA, "data/other/1.json": "{}"}).instances == ()


def test_of_several_projects_each_with_tests_gets_a_check_of_its_own() -> None:
    files = {f"libs/{name}/pyproject.toml": "[project]\nname='x'\n" for name in "abc"}
    files |= {"libs/b/tests/test_b.py": "", "libs/c/tests/test_c.py": "", "pyproject.toml": "[tool.ruff]\n"}
    assert look(files).projects == ("libs/a", "libs/b", "libs/c")
    data = contract(files)
    assert data["project"] == {"root": "libs/b"}
    assert data["checks"] == {
        "pytest": {},
        "pytest-libs-c": {"use": "pytest", "with": {"root": "libs/c"}},
        "bandit": {},
        "semgrep": {},
    }


def test_tests_below_a_project_at_the_root_are_its_own() -> None:
    files = {**PACKAGE, **TESTS, "plugins/x/pyproject.toml": "[project]\nname='x'\n", "plugins/x/tests/test_x.py": ""}
    assert (look(files).root, look(files).others) == (".", ())


@pytest.mark.parametrize(
    ("script", "found"), [("jest", ("web",)), ('echo "Error: no test specified" && exit 1', ()), (None, ()), (3, ())]
)
def test_tests_of_a_package_json_are_noticed(script: object, found: tuple[str, ...]) -> None:
    assert look({"web/package.json": json.dumps({"scripts": {"test": script}})}).web == found


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "null", '"x"', "\x00", '{"$schema": 3}'])
def test_files_that_are_not_what_their_name_says_stop_nothing(text: str) -> None:
    names = ("package.json", "openapi.json", "a.schema.json", "pyproject.toml", "setup.cfg", "setup.py", "app.py")
    found = look({**dict.fromkeys(names, text), **TESTS})
    assert found.service is None
    assert found.instances == ()


HOSTILE = ("a b/openapi.json", 'x"]}/tests/test_a.py', "x\ny/package.json", "{a}/schema.json", "#/app.py", "é/x.py")


def test_names_that_a_contract_cannot_plainly_state_are_left() -> None:
    files = dict.fromkeys(HOSTILE, OPENAPI)
    assert contract(files)["checks"] == {}


def test_what_is_vendored_is_not_the_project_s() -> None:
    found = look({"node_modules/x/package.json": '{"scripts": {"test": "jest"}}', "vendor/y/setup.py": "setup()"})
    assert (found.web, found.projects, found.python) == ((), (), False)


@pytest.mark.parametrize(
    ("text", "has"),
    [
        (NEW_FILE, True),
        ("import nox\nfrom lineclear.nox import verify  # noqa\n", True),
        ("# from lineclear.nox import verify\n", False),
        ("from lineclear.nox import other\n", False),
        ("def f(:\n", False),
    ],
)
def test_a_noxfile_has_the_session_where_it_imports_it(text: str, has: bool) -> None:
    assert has_session(text) is has
