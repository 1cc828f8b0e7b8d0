"""Lineclear's own semgrep rules, tried with the real tool on the sample file beside each of them."""

import ast
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.tools

RULES = Path(__file__).parents[1] / "checks" / "semgrep" / "rules"
RULE_FILES = sorted(RULES.glob("*.yaml"))

_MARK = re.compile(r"^\s*# (?P<kind>ruleid|ok): (?P<rule>[a-z0-9-]+)$")
_CLAUSES = {
    b"except": b"except KeyError:\n    raise",
    b"finally:": b"finally:\n    print",
    b"try:": b"try:\n    print()\nexcept KeyError:\n    raise",
    b"@": b"...",
}
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


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a rule named: its place, and the bytes from which to which it goes."""

    place: Place
    path: str
    first: int
    last: int


@pytest.fixture(scope="session")
def scan(tool_bin: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[Match]]:
    """Run every rule over a folder and give what it found."""

    def run(folder: Path) -> list[Match]:
        home = tmp_path_factory.mktemp("semgrep-home")
        output = home / "semgrep.json"
        ended = subprocess.run(
            [
                *(tool_bin("semgrep"), "scan", "--config", RULES, "--json", "--output", output),
                *(
                    "--metrics",
                    "off",
                    "--disable-version-check",
                    "--quiet",
                    "--jobs",
                    "1",
                    "--strict",
                    "--max-target-bytes",
                    "0",
                ),
                *("--no-rewrite-rule-ids", "--no-git-ignore", "--x-ignore-semgrepignore-files", "--disable-nosem"),
                ".",
            ],
            cwd=folder,
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
        scanned = {Path(path).name for path in report["paths"]["scanned"]}
        assert scanned == {file.name for file in folder.rglob("*.py")}
        return [
            Match(
                place=Place(rule=item["check_id"], file=Path(item["path"]).name, line=item["start"]["line"]),
                path=item["path"],
                first=item["start"]["offset"],
                last=item["end"]["offset"],
            )
            for item in report["results"]
        ]

    return run


@pytest.fixture(scope="session")
def matches(scan: Callable[[Path], list[Match]], tmp_path_factory: pytest.TempPathFactory) -> list[Match]:
    """Run every rule over every sample, once for all tests."""
    samples = tmp_path_factory.mktemp("semgrep-samples")
    for sample in RULES.glob("*.py"):
        shutil.copy(sample, samples)
    return scan(samples)


@pytest.fixture(scope="session")
def found(matches: list[Match]) -> set[Place]:
    """Give the places that the rules found in the samples."""
    return {match.place for match in matches}


@pytest.fixture(scope="session")
def found_elsewhere(
    matches: list[Match], scan: Callable[[Path], list[Match]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[tuple[str, str]]]:
    """Give the rules and samples that match in two places: in mended samples, and in samples below ``tests``."""
    folder = tmp_path_factory.mktemp("semgrep-elsewhere")
    for name in ("mended", "tests"):
        (folder / name).mkdir()
    for rule_file in RULE_FILES:
        sample = rule_file.with_suffix(".py")
        own = [match for match in matches if match.place.file == sample.name]
        (folder / "mended" / sample.name).write_bytes(_mended(sample.read_bytes(), own))
        # Another name, so that a scan that leaves one of the two out cannot pass for one that saw both.
        shutil.copy(sample, folder / "tests" / f"below-tests-{sample.name}")
    places: dict[str, set[tuple[str, str]]] = {"mended": set(), "tests": set()}
    for match in scan(folder):
        places[Path(match.path).parent.name].add((match.place.rule, match.place.file.removeprefix("below-tests-")))
    return places


def _mended(text: bytes, own: list[Match]) -> bytes:
    """Replace what was matched, and that alone; the rest of the sample stays as it is."""
    outermost = [a for a in own if not any(b.first <= a.first and a.last <= b.last and a is not b for b in own)]
    for match in sorted(outermost, key=lambda match: match.first, reverse=True):
        text = text[: match.first] + _replacement(text[match.first : match.last]) + text[match.last :]
    ast.parse(text)
    return text


def _replacement(matched: bytes) -> bytes:
    """Return what stands harmlessly where the matched text stood; a match by text takes whole clauses."""
    indent = matched[: len(matched) - len(matched.lstrip(b" "))]
    head = matched.lstrip(b" ")
    for clause, harmless in _CLAUSES.items():
        if head.startswith(clause):
            return indent + harmless.replace(b"\n", b"\n" + indent)
    return indent + b"..."


def test_there_are_rules_and_each_has_its_sample_file() -> None:
    assert len(RULE_FILES) >= 45
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
    assert rule["severity"] in {"ERROR", "WARNING", "INFO"}
    assert rule["message"].count(". ") == 2, "a message has three sentences"
    assert _SENTENCE.fullmatch(rule["metadata"]["remedy"])
    assert rule["metadata"]["category"] in {"security", "correctness"}
    assert rule["metadata"]["confidence"] in {"high", "medium", "low"}
    assert rule["metadata"]["cwe"]
    assert all(re.fullmatch(r"CWE-\d+", weakness) for weakness in rule["metadata"]["cwe"])


@pytest.mark.parametrize("rule_file", RULE_FILES, ids=lambda file: file.stem)
def test_a_rule_is_silent_once_the_dangerous_part_is_taken_out(
    rule_file: Path, found_elsewhere: dict[str, set[tuple[str, str]]]
) -> None:
    assert (rule_file.stem, f"{rule_file.stem}.py") not in found_elsewhere["mended"]


@pytest.mark.parametrize("rule_file", RULE_FILES, ids=lambda file: file.stem)
def test_a_rule_that_spares_tests_is_silent_below_tests_and_no_other(
    rule_file: Path, found_elsewhere: dict[str, set[tuple[str, str]]]
) -> None:
    (rule,) = yaml.safe_load(rule_file.read_text(encoding="utf-8"))["rules"]
    spared = "tests" in rule.get("paths", {}).get("exclude", [])

    assert ((rule_file.stem, f"{rule_file.stem}.py") in found_elsewhere["tests"]) is not spared


def test_rules_that_spare_tests_spare_the_same_paths() -> None:
    usual = {"tests", "test", "test_*.py", "*_test.py", "conftest.py"}
    for rule_file in RULE_FILES:
        (rule,) = yaml.safe_load(rule_file.read_text(encoding="utf-8"))["rules"]
        excluded = set(rule.get("paths", {}).get("exclude", []))
        assert not excluded or excluded >= usual, rule_file.name


def test_what_a_rule_needs_of_a_file_is_searched_once_and_from_its_first_character() -> None:
    """One that begins with ``.*`` gives up in a large file, without a word; one without it at its end matches often."""
    needed = [text for rule_file in RULE_FILES for text in _needed(yaml.safe_load(rule_file.read_text("utf-8")))]
    assert len(needed) > 20
    assert [text for text in needed if not re.fullmatch(r"(?s)\(\?si?\)(?!\.|\^|\\A).+\.\*", text)] == []


def _needed(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for item in part for text in _needed(item)]
    if not isinstance(part, dict):
        return []
    below = [text for item in part.values() for text in _needed(item)]
    anywhere = part.get("semgrep-internal-pattern-anywhere")
    return below if anywhere is None else [*below, anywhere["pattern-regex"]]


def test_a_rule_finds_the_same_in_a_file_as_large_as_may_be(
    scan: Callable[[Path], list[Match]], tmp_path: Path
) -> None:
    sample = (RULES / "run-under-test-detected.py").read_text("utf-8")
    filler = f"# {'lorem (ipsum = dolor) ' * 20}\n" * 4_000
    assert 1_500_000 < len(filler) < 2_000_000
    (tmp_path / "after.py").write_text(sample + filler)
    (tmp_path / "before.py").write_text(filler + sample)

    found = Counter(match.path.removeprefix("./") for match in scan(tmp_path))

    marks = sample.count("# ruleid:")
    assert found == {"after.py": marks, "before.py": marks}
