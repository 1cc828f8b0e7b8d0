"""The battery as data: every check has all that belongs to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.definitions import load_definitions
from lineclear.battery.locks import locked_tool
from lineclear.errors import ContractError
from lineclear.model.definition import ToolSource
from lineclear.resources import checks_folder

CHECKS = checks_folder()
CASES = Path(__file__).parent.parent / "cases"
NAMES = sorted(path.stem for path in CHECKS.glob("*.toml"))


def test_the_battery_is_what_the_folder_holds() -> None:
    definitions = load_definitions(CHECKS)
    assert list(definitions) == NAMES
    assert len(NAMES) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_a_check_has_its_adapter_its_lock_and_its_words(name: str) -> None:
    definition = load_definitions(CHECKS)[name]
    assert definition.adapter in ADAPTERS
    assert definition.title
    assert re.fullmatch(r"\w.*[\w)]", definition.covers), "it completes a sentence: '<id> looked at …'"
    for requirements in filter(None, (definition.tool.requirements, *definition.provides.values())):
        assert "--hash=sha256:" in (CHECKS / requirements).read_text("utf-8")
    tool = locked_tool(definition, CHECKS)
    assert tool.name == definition.tool.name
    if definition.tool.environment == "own":
        assert tool.version is not None
        assert tool.lock_digest is not None


def test_a_tool_of_its_own_environment_needs_requirements() -> None:
    with pytest.raises(ValueError, match="needs requirements"):
        ToolSource(name="a", environment="own")
    assert ToolSource(name="a", environment="runner").requirements is None


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_says_what_it_is_for_and_has_a_default_of_its_type(name: str) -> None:
    types = {"string": str, "choice": str, "strings": list, "integers": list, "integer": int, "boolean": bool}
    for setting in load_definitions(CHECKS)[name].settings.values():
        assert setting.help.endswith((".", "string."))
        assert not (setting.required and setting.default is not None)
        if setting.default is not None:
            assert isinstance(setting.default, types[setting.type])
        if setting.type == "choice":
            assert setting.default in setting.choices


@pytest.mark.parametrize("name", NAMES)
def test_every_check_has_a_case_that_passes_and_one_that_fails(name: str) -> None:
    for kind in ("pass", "fail"):
        cases = [path for path in (CASES / name / kind).iterdir() if path.is_dir()]
        assert cases
        for case in cases:
            assert (case / "base").is_dir()
            assert (case / "head").is_dir()
            expected = case / "expected.txt"
            lines = expected.read_text("utf-8").splitlines() if expected.exists() else []
            assert any(line.startswith("new ") for line in lines) == (kind == "fail")


def test_every_case_belongs_to_a_check() -> None:
    assert sorted({path.relative_to(CASES).parts[0] for path in CASES.glob("*/*/*")}) == NAMES


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a", "id = ", "not a TOML file"),
        ("a", 'id = "a"', "not a check definition"),
        ("a", (CHECKS / "bandit.toml").read_text("utf-8"), "the definition's id is 'bandit'"),
        ("bandit", (CHECKS / "bandit.toml").read_text("utf-8") + "\n[more]\n", "Extra inputs"),
    ],
)
def test_a_definition_that_is_none_is_refused(name: str, text: str, what: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(ContractError, match=re.escape(what)):
        load_definitions(tmp_path)
