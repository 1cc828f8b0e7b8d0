"""Lineclear's own semgrep rules, tried with the real tool on the sample file beside each of them."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.tools

RULES = Path(__file__).parents[1] / "checks" / "semgrep" / "rules"
RULE_FILES = sorted(RULES.glob("*.yaml"))

_MARK = re.compile(r"^\s*# (?P<kind>ruleid|ok): (?P<rule>[a-z0-9-]+)$")
_SENTENCE = re.compile(r"[A-Z`][^\n]*\.")


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """A line of a sample file that a rule names, or is said to name."""

    rule: str
    file: str
    line: int


def _marked(kind: str, sample: Path) -> set[Place]:
    """Read what a sample file says about the line below each of its marks."""
    places: set[Place] = set()
    for number, line in enumerate(sample.read_text(encoding="utf-8").splitlines(), start=1):
        mark = _MARK.match(line)
        if mark is not None and mark["kind"] == kind:
            places.add(Place(rule=mark["rule"], file=sample.name, line=number + 1))
    return places


@pytest.fixture(scope="session")
def found(tool_bin: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> set[Place]:
    """Run every rule over every sample, once for all tests, and give the places that it found."""
    home = tmp_path_factory.mktemp("semgrep-home")
    samples = tmp_path_factory.mktemp("semgrep-samples")
    for sample in RULES.glob("*.py"):
        shutil.copy(sample, samples)
    output = home / "semgrep.json"
    ended = subprocess.run(
        [
            *(tool_bin("semgrep"), "scan", "--config", RULES, "--json", "--output", output),
            *("--metrics", "off", "--disable-version-check", "--quiet", "--jobs", "1", "--strict"),
            *("--no-rewrite-rule-ids", "--no-git-ignore", "--x-ignore-semgrepignore-files", "--disable-nosem"),
            ".",
        ],
        cwd=samples,
        env={
            "HOME": str(home),
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
            "SEMGREP_SEND_METRICS": "off",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    report = json.loads(output.read_text(encoding="utf-8"))
    assert report["errors"] == []
    assert {Path(path).name for path in report["paths"]["scanned"]} == {file.name for file in samples.iterdir()}
    return {
        Place(rule=result["check_id"], file=Path(result["path"]).name, line=result["start"]["line"])
        for result in report["results"]
    }


def test_there_are_rules_and_each_has_its_sample_file() -> None:
    assert len(RULE_FILES) >= 14
    assert {file.stem for file in RULE_FILES} == {file.stem for file in RULES.glob("*.py")}


@pytest.mark.parametrize("rule_file", RULE_FILES, ids=lambda file: file.stem)
def test_a_rule_finds_exactly_the_lines_that_its_sample_marks(rule_file: Path, found: set[Place]) -> None:
    sample = rule_file.with_suffix(".py")
    expected, honest = _marked("ruleid", sample), _marked("ok", sample)

    in_sample = {place for place in found if place.file == sample.name}

    assert sorted(in_sample) == sorted(expected)
    assert sorted(in_sample & honest) == []
    assert len(expected) >= 2
    assert len(honest) >= 3
    assert {place.rule for place in expected | honest} == {rule_file.stem}


@pytest.mark.parametrize("rule_file", RULE_FILES, ids=lambda file: file.stem)
def test_a_rule_says_what_is_wrong_why_it_matters_and_what_to_do(rule_file: Path) -> None:
    (rule,) = yaml.safe_load(rule_file.read_text(encoding="utf-8"))["rules"]

    assert rule["id"] == rule_file.stem
    assert rule["languages"] == ["python"]
    assert rule["severity"] in {"ERROR", "WARNING"}
    assert rule["message"].count(". ") == 2, "a message has three sentences"
    assert _SENTENCE.fullmatch(rule["metadata"]["remedy"])
    assert rule["metadata"]["category"] in {"security", "correctness"}
    assert rule["metadata"]["cwe"]
    assert all(re.fullmatch(r"CWE-\d+", weakness) for weakness in rule["metadata"]["cwe"])
