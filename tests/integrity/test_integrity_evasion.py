"""Code that knows of its tests, hooks that rewrite what they say, files that load themselves; and look-alikes."""

from __future__ import annotations

from pathlib import Path

import pytest
from integrity_samples import Files, Sample, found

CODE = "import os\nimport sys\n\ndef total(prices):\n    return sum(prices)\n"
CONFTEST = "import pytest\n\n@pytest.fixture\ndef price():\n    return 1\n"
OPTION = "    if config.getoption('--all'):\n        return\n"
CHOOSING = "\ndef pytest_collection_modifyitems(config, items):\n"
REPORTING = "\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n"


def product(line: str, *finds: str) -> Sample:
    """Return a change that puts a line into a function of the product."""
    after = CODE.replace("    return", f"    {line}\n    return")
    return Sample({"shop.py": CODE}, {"shop.py": after}, None, finds)


def conftest(more: str, *finds: str) -> Sample:
    """Return a change that adds to a conftest."""
    return Sample({"tests/conftest.py": CONFTEST}, {"tests/conftest.py": CONFTEST + more}, None, finds)


def files(head: Files, *finds: str, base: Files | None = None) -> Sample:
    """Return a change that adds files."""
    return Sample(base or {}, head, {"shop.py": CODE}, finds)


ASKS, CI = "warning asks-whether-tested shop.py", "note asks-whether-in-ci shop.py"
REWRITES, LEFT_OUT = "error outcome-rewritten tests/conftest.py", "warning tests-left-out tests/conftest.py"
PATCHED = "error runner-patched tests/conftest.py"

ATTACKS = {
    "variable": product("if os.environ.get('PYTEST_CURRENT_TEST'): return 3", ASKS),
    "variable in": product("if 'PYTEST_VERSION' in os.environ: return 3", ASKS),
    "loaded": product("if 'pytest' in sys.modules: return 3", ASKS),
    "loaded, asked otherwise": product("if sys.modules.get('unittest'): return 3", ASKS),
    "by name": product("if '_pytest' in set(sys.modules.keys()): return 3", ASKS),
    "arguments": product("if 'pytest' in sys.argv[0]: return 3", ASKS),
    "mark": product("if hasattr(sys, '_called_from_test'): return 3", ASKS),
    "callers": product("if 'test_' in sys._getframe(1).f_code.co_name: return 3", ASKS),
    "on CI": product("if os.getenv('CI'): return 3", CI),
    "on a forge": product("if os.environ['GITHUB_ACTIONS']: return 3", CI),
    "outcome": conftest(REPORTING + "    outcome.get_result().outcome = 'passed'\n", REWRITES),
    "forced": conftest(REPORTING + "    outcome.force_result(None)\n", REWRITES),
    "by setattr": conftest(REPORTING + "    setattr(outcome.get_result(), 'wasxfail', '')\n", REWRITES),
    "exit status": conftest("\ndef pytest_sessionfinish(session):\n    session.exitstatus = 0\n", REWRITES),
    "ended": conftest(
        "import os\ndef pytest_sessionfinish():\n    os._exit(0)\n",
        REWRITES,
        "warning runner-patched tests/conftest.py",
    ),
    "emptied": conftest(CHOOSING + "    items[:] = []\n", LEFT_OUT),
    "one removed": conftest(CHOOSING + "    items.pop()\n", LEFT_OUT),
    "deleted": conftest(CHOOSING + "    del items[0]\n", LEFT_OUT),
    "all skipped": conftest(CHOOSING + "    for item in items:\n        item.add_marker(pytest.mark.skip)\n", LEFT_OUT),
    "not run": conftest("\ndef pytest_runtest_protocol(item):\n    return True\n", LEFT_OUT),
    "not collected": conftest("\ncollect_ignore = ['test_shop.py']\n", LEFT_OUT),
    "patched": conftest("\nimport _pytest.runner\n_pytest.runner.call_and_report = None\n", PATCHED),
    "patched by name": conftest("\nfrom _pytest.reports import TestReport\nTestReport.outcome = 'passed'\n", PATCHED),
    "a plugin of the project": files(
        {"plugin.py": "def pytest_runtest_logreport(report):\n    report.outcome = 'passed'\n"},
        "error outcome-rewritten plugin.py",
    ),
    "site": files({"sitecustomize.py": "print()\n"}, "error startup-file sitecustomize.py"),
    "site below": files({"src/usercustomize.py": "print()\n"}, "error startup-file src/usercustomize.py"),
    "path file": files({"a.pth": "import os; os.environ['X'] = '1'\n"}, "error startup-file a.pth"),
    "shadows the standard library": files({"random.py": "x = 1\n"}, "warning module-shadowed random.py"),
    "shadows as a package": files({"json/__init__.py": ""}, "warning module-shadowed json/__init__.py"),
    "shadows a tool": files({"pytest.py": "x = 1\n"}, "error module-shadowed pytest.py"),
    "shadows beside the tests": files({"tests/coverage.py": ""}, "error module-shadowed tests/coverage.py"),
    "a plugin is installed": files(
        {"pyproject.toml": '[project]\nname = "a"\n[project.entry-points.pytest11]\na = "a.plugin"\n'},
        "warning plugin-registered pyproject.toml",
        base={"pyproject.toml": '[project]\nname = "a"\n'},
    ),
    "by setup.cfg": files(
        {"setup.cfg": "[options.entry_points]\npytest11 =\n    a = a.plugin\n"}, "warning plugin-registered setup.cfg"
    ),
}

HONEST = {
    "a text that names the variable": product("help = 'PYTEST_CURRENT_TEST is set by pytest'"),
    "another variable": product("debug = os.environ.get('SHOP_DEBUG')"),
    "another module is looked for": product("fast = 'numpy' in sys.modules"),
    "another call of its callers": product("name = sys._getframe(1).f_code.co_name"),
    "it asked before and moves": Sample(
        {"shop.py": CODE + "X = 'pytest' in sys.modules\n"}, {"store.py": CODE + "X = 'pytest' in sys.modules\n"}
    ),
    "a test asks": files({"tests/test_a.py": "import sys\n\ndef test_a():\n    assert 'pytest' in sys.modules\n"}),
    "a noxfile asks": files({"noxfile.py": "import os\nCI = os.environ.get('CI')\n"}),
    "a pytest plugin": files({"plugin.py": "import os\nimport pytest\nX = os.environ['PYTEST_VERSION']\n"}),
    "a report is kept at the item": conftest(
        REPORTING + "    report = outcome.get_result()\n    setattr(item, 'rep_' + report.when, report)\n"
    ),
    "an option that skips slow tests": conftest(
        CHOOSING + OPTION + "    for item in items:\n        item.add_marker(pytest.mark.skip(reason='slow'))\n",
        "note tests-left-out tests/conftest.py",
    ),
    "not collected by old versions": conftest(
        "\nimport sys\nif sys.version_info < (3, 12):\n    collect_ignore = ['test_new.py']\n",
        "note tests-left-out tests/conftest.py",
    ),
    "an order": conftest(CHOOSING + "    items.sort(key=str)\n"),
    "an order put in place": conftest(CHOOSING + "    items[:] = sorted(items, key=str)\n"),
    "another mark": conftest(CHOOSING + "    for item in items:\n        item.add_marker(pytest.mark.unit)\n"),
    "a summary line": conftest("\ndef pytest_terminal_summary(terminalreporter):\n    terminalreporter.line('x')\n"),
    "a new fixture": conftest("\n@pytest.fixture\ndef outcome():\n    return 2\n"),
    "the conftest moves": Sample(
        {"conftest.py": CONFTEST + CHOOSING + "    items.pop()\n"},
        {"tests/conftest.py": CONFTEST + CHOOSING + "    items.pop()\n"},
    ),
    "a monkeypatch of the product": conftest("\nimport shop\nshop.total = len\n"),
    "an attribute of a test": conftest("\nclass Report:\n    pass\n\nReport.outcome = 'passed'\n"),
    "site moves": files({"b/sitecustomize.py": "x = 1\n"}, base={"a/sitecustomize.py": "x = 1\n"}),
    "a model": files({"model.pth": b"PK\x03\x04\x00\x00\xff\xfe"}),
    "a module of a package": files({"shopping/__init__.py": "", "shopping/json.py": ""}),
    "a module of the test package": files({"tests/__init__.py": "", "tests/types.py": ""}),
    "a folder of tests": files({"test/__init__.py": "", "test/test_a.py": ""}),
    "it had the name": files({"random.py": "x = 2\n"}, base={"random.py": "x = 1\n"}),
    "a project of plugins": files(
        {"pyproject.toml": '[project.entry-points.pytest11]\na = "a"\nb = "b"\n'},
        base={"pyproject.toml": '[project.entry-points.pytest11]\na = "a"\n'},
    ),
    "another entry point": files({"pyproject.toml": '[project.entry-points.shop]\na = "a"\n'}),
}


@pytest.mark.parametrize("name", [*ATTACKS, *HONEST])
def test_sample(name: str, tmp_path: Path) -> None:
    sample = {**ATTACKS, **HONEST}[name]
    assert found(sample, tmp_path) == sorted(sample.finds)
    assert bool(sample.finds) == (name in ATTACKS) or all(line.startswith("note ") for line in sample.finds)
