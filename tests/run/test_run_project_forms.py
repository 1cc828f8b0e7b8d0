"""Every form in which projects say what they need, really installed from the package index: tiny, old releases."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import uv

from lineclear.run.detect import detect
from lineclear.run.environments import ProjectEnvironment, project_environment

pytestmark = [pytest.mark.tools, pytest.mark.network]

HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
PROJECT = '[project]\nname = "orders"\nversion = "1"\nrequires-python = ">=3.11"\n'
FLAT = {"orders/__init__.py": "total = 3\n"}
SRC = {"src/orders/__init__.py": "total = 3\n"}
POETRY = """\
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
[tool.poetry]
name = "orders"
version = "1"
description = ""
authors = []
[tool.poetry.dependencies]
python = ">=3.11"
[tool.poetry.group.test.dependencies]
iniconfig = ">=1.1"
"""
PDM = """\
[build-system]
requires = ["pdm-backend"]
build-backend = "pdm.backend"
[project]
name = "orders"
version = "1"
[tool.pdm.dev-dependencies]
test = ["iniconfig>=1.1"]
"""
INCLUDED = '[dependency-groups]\ntest = [{include-group = "small"}]\nsmall = ["iniconfig==2.0.0"]\n'
EXTRA = '[project.optional-dependencies]\ntest = ["iniconfig==2.0.0"]\n'
HASHED = """\
iniconfig==2.0.0 \\
    --hash=sha256:2d91e135bf72d31a410b17c16da610a82cb55f6b0477d1a902134b24a455b8b3 \\
    --hash=sha256:b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share one cache of downloads among these tests, and none with the user's."""
    folder = tmp_path_factory.getbasetemp() / "cache"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("LINECLEAR_CACHE", str(folder))


def install(tree: Path, files: Mapping[str, str]) -> ProjectEnvironment:
    """Write a project, find out what it needs, and install that."""
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return made(tree)


def made(tree: Path) -> ProjectEnvironment:
    listing = [path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()]
    found = detect(listing, lambda path: (tree / path).read_text())
    folder = tree.with_name(f"{tree.name}-environment")
    return asyncio.run(
        project_environment(tree=tree, install=found.install, python=None, folder=folder, constraints=found.constraints)
    )


def shown(environment: ProjectEnvironment, program: str) -> str:
    done = subprocess.run([environment.python, "-c", program], capture_output=True, text=True, check=True, cwd="/")
    return done.stdout.strip()


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pyproject.toml": HATCH + PROJECT + INCLUDED, **SRC}, id="group-that-includes-one"),
        pytest.param({"pyproject.toml": SETUPTOOLS + PROJECT + EXTRA, **FLAT}, id="extra-flat-layout"),
        pytest.param(
            {"pyproject.toml": SETUPTOOLS + PROJECT, "requirements-test.txt": HASHED, **SRC}, id="compiled-with-hashes"
        ),
        pytest.param(
            {"pyproject.toml": SETUPTOOLS + PROJECT, "requirements-test.in": "iniconfig<2.1", **SRC}, id="not-compiled"
        ),
        pytest.param(
            {
                "pyproject.toml": POETRY,
                "poetry.lock": '[[package]]\nname = "iniconfig"\nversion = "2.0.0"\ngroups = ["test"]\n',
                **FLAT,
            },
            id="poetry-with-its-lock",
        ),
        pytest.param(
            {
                "pyproject.toml": PDM,
                "pdm.lock": '[[package]]\nname = "iniconfig"\nversion = "2.0.0"\ngroups = ["test"]\n',
                **SRC,
            },
            id="pdm-with-its-lock",
        ),
    ],
)  # fmt: skip
def test_the_project_and_what_its_tests_need_are_installed(files: Mapping[str, str], tmp_path: Path) -> None:
    environment = install(tmp_path / "tree", files)
    assert environment.version_of("orders") == "1"
    assert environment.version_of("iniconfig") == "2.0.0"
    assert shown(environment, "import orders; print(orders.total)") == "3"


def test_uv_s_own_lock_is_installed_as_it_is(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    text = HATCH + PROJECT + '[dependency-groups]\ntest = ["iniconfig<2.1"]\n'
    (tree / "pyproject.toml").write_text(text)
    (tree / "orders").mkdir()
    (tree / "orders/__init__.py").write_text("total = 3\n")
    locked = {**os.environ, "UV_RESOLUTION": "lowest-direct"}
    (tree / "pyproject.toml").write_text(text.replace("<2.1", ">=1.1.1,<2.1"))
    subprocess.run([uv.find_uv_bin(), "lock", "--no-config", "--quiet"], cwd=tree, env=locked, check=True)
    assert made(tree).version_of("iniconfig") == "1.1.1"


def test_an_older_version_than_the_newest_comes_from_the_lock_alone(tmp_path: Path) -> None:
    environment = install(tmp_path / "tree", {"pyproject.toml": POETRY, **FLAT})
    assert environment.version_of("iniconfig") not in (None, "2.0.0")


def test_requirements_alone_are_enough(tmp_path: Path) -> None:
    environment = install(tmp_path / "tree", {"requirements.txt": HASHED, "app.py": "", "test_app.py": ""})
    assert environment.version_of("iniconfig") == "2.0.0"


def test_an_extension_in_c_is_compiled(tmp_path: Path) -> None:
    source = """\
#include <Python.h>
static PyObject *total(PyObject *self, PyObject *none) { return PyLong_FromLong(3); }
static PyMethodDef methods[] = {{"total", total, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", "", -1, methods};
PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }
"""
    program = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('fast', ['fast.c'])])\n"
    files = {"pyproject.toml": SETUPTOOLS + PROJECT, "setup.py": program, "fast.c": source, **SRC}
    environment = install(tmp_path / "tree", files)
    assert shown(environment, "import fast; print(fast.total())") == "3"
