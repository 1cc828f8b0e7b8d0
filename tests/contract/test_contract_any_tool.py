"""Contracts for any tool: those of the documentation are valid, and settings are held to their types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lineclear.battery.definitions import load_definitions
from lineclear.contract.load import load_contract
from lineclear.errors import ContractError
from lineclear.model.contract import EffectiveContract
from lineclear.model.words import ContractSource
from lineclear.resources import checks_folder

ROOT = Path(__file__).parents[2]
PAGES = ("docs/any-tool.md", "README.md")
BLOCKS = [
    block
    for page in PAGES
    for block in re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    if "checks" in yaml.safe_load(block)
]


def _load(text: str) -> EffectiveContract:
    return load_contract(
        source=ContractSource.GIVEN,
        uri="lineclear.yaml",
        text=text.encode(),
        read=lambda _: None,
        definitions=load_definitions(checks_folder()),
    ).effective


def test_the_documentation_has_contracts() -> None:
    assert len(BLOCKS) >= 6


@pytest.mark.parametrize("block", BLOCKS)
def test_a_contract_of_the_documentation_is_valid(block: str) -> None:
    text = block if "version:" in block else f"version: 1\n{block}"
    assert _load(text).checks


def test_the_examples_contract_is_valid() -> None:
    assert _load((ROOT / "examples/web-widget/lineclear.yaml").read_text("utf-8")).checks


def test_one_value_is_as_good_as_a_list_of_one() -> None:
    (check,) = _load("version: 1\nchecks: {c: {use: command, with: {run: make check, exitCodes: 2}}}\n").checks
    assert (check.settings["run"], check.settings["exitCodes"]) == (["make check"], [2])


@pytest.mark.parametrize("value", ['"1"', "true", "[1, x]", "[true]", "1.5", "{a: 1}"])
def test_what_is_no_list_of_whole_numbers_is_refused(value: str) -> None:
    with pytest.raises(ContractError, match="is not a list of whole numbers"):
        _load(f"version: 1\nchecks: {{c: {{use: command, with: {{run: x, exitCodes: {value}}}}}}}\n")


@pytest.mark.parametrize(
    "looser", ["from: r.xml, commit: $C", "root: other", "environment: project", "report: other.xml", "run: 'true'"]
)
def test_below_an_enforced_contract_a_check_cannot_be_pointed_elsewhere(looser: str) -> None:
    parent = "version: 1\nenforcement: enforce\nchecks: {web: {use: junit, with: {run: npm test, report: a.xml}}}\n"
    child = f"version: 1\nextends: [./parent.yaml]\nchecks: {{web: {{use: junit, with: {{{looser}}}}}}}\n"
    with pytest.raises(ContractError, match="web"):
        load_contract(
            source=ContractSource.GIVEN,
            uri="lineclear.yaml",
            text=child.encode(),
            read=lambda path: parent.encode() if path == "parent.yaml" else None,
            definitions=load_definitions(checks_folder()),
        )


def test_a_command_needs_something_to_run() -> None:
    with pytest.raises(ContractError, match="needs the setting 'run'"):
        _load("version: 1\nchecks: {c: {use: command}}\n")
