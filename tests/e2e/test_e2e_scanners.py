"""bandit and semgrep: what is new and what was there, and a change that tries to blind them. One verification each."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Run, changed_repo, verify

pytestmark = pytest.mark.tools

CONTRACT = "version: 1\nchecks: {bandit: {}, semgrep: {}}\n"
BOTH = pytest.mark.parametrize("check", ["bandit", "semgrep"])

# Each line is a defect for both: bandit B506 and B602, semgrep yaml-load-unsafe and shell-command-from-text.
LOAD = "    return yaml.load({}, yaml.UnsafeLoader)\n"
HEAD = "import yaml\n\n\ndef load({}):\n"
SHELL = "subprocess.run('rm ' + {}, shell=True)\n"


def loader(name: str) -> str:
    """Return a function with one defect, told apart from others by a name."""
    return HEAD.format(name) + LOAD.format(name)


BROKEN = "def broken(:\n    pass\n"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that breaks, moves, renames, reindents, repeats and mends code with defects."""
    base = {
        "lineclear.yaml": CONTRACT,
        "broken_before.py": BROKEN,
        "broken_touched.py": BROKEN,
        "breaks.py": loader("breaks"),
        "untouched.py": loader("untouched"),
        "moved_down.py": loader("down"),
        "old_name.py": loader("renamed") + "\n\nFILLER = [\n" + "".join(f"    {n},\n" for n in range(30)) + "]\n",
        "reindented.py": loader("indented"),
        "from_here.py": loader("wanders") + "\n\ndef stays():\n    return 1\n",
        "to_there.py": "import yaml\n\n\ndef other():\n    return 2\n",
        "repeated.py": loader("again"),
        "mended.py": loader("mended"),
        "quotes.py": 'import yaml\n\n\ndef load():\n    return yaml.load("quotes", yaml.UnsafeLoader)\n',
    }
    change = {
        "breaks.py": loader("breaks") + "\n\n" + BROKEN,
        "broken_touched.py": BROKEN + "\n",
        "broken_new.py": BROKEN,
        "moved_down.py": '"""Words."""\n\n# and more words\n' + loader("down"),
        "reindented.py": "import yaml\n\n\nclass A:\n    def load(self, indented):\n        if indented:\n"
        "            return yaml.load(\n                indented,\n                yaml.UnsafeLoader,\n            )\n",
        "from_here.py": "def stays():\n    return 1\n",
        "to_there.py": "import yaml\n\n\ndef other():\n    return 2\n\n\ndef load(wanders):\n" + LOAD.format("wanders"),
        "repeated.py": loader("again") + "\n\ndef load_more(again):\n" + LOAD.format("again"),
        "mended.py": "import yaml\n\n\ndef load(mended):\n    return yaml.safe_load(mended)\n",
        "quotes.py": "import yaml\n\n\ndef load():\n    return yaml.load('quotes', yaml.UnsafeLoader)\n",
    }
    repo = changed_repo(tmp_path_factory.mktemp("states") / "project", base=base, change=change)
    repo.git("mv", "old_name.py", "new_name.py")
    repo.write({"new_name.py": "# renamed\n" + (repo.root / "new_name.py").read_text()})
    repo.commit("rename")
    return verify(repo)


@BOTH
def test_a_changed_file_that_cannot_be_parsed_is_a_new_finding(states: Run, check: str) -> None:
    broken = {f["path"]: f["state"] for f in states.findings(check) if f["rule"] == "unparsable"}
    assert broken["broken_new.py"] == "new"
    assert broken["breaks.py"] == "new"
    assert states.check(check)["status"] == "failed"
    assert "breaks.py" not in states.evidence(check)["examined"]


@BOTH
def test_a_file_that_could_not_be_parsed_before_is_no_new_finding(states: Run, check: str) -> None:
    broken = {f["path"]: f["state"] for f in states.findings(check) if f["rule"] == "unparsable"}
    assert broken["broken_touched.py"] == "existing"
    assert broken.get("broken_before.py", "existing") == "existing"


@BOTH
@pytest.mark.parametrize(
    "place", ["untouched.py:5", "moved_down.py:8", "new_name.py:6", "reindented.py:7", "to_there.py:9", "quotes.py:5"]
)
def test_a_finding_that_moved_is_existing(states: Run, check: str, place: str) -> None:
    assert states.states(check).get(place) == "existing", states.states(check)


@BOTH
def test_a_second_equal_line_is_new(states: Run, check: str) -> None:
    found = {place: state for place, state in states.states(check).items() if place.startswith("repeated.py")}
    assert found == {"repeated.py:5": "existing", "repeated.py:9": "new"}


@BOTH
def test_a_mended_line_is_fixed(states: Run, check: str) -> None:
    assert states.states(check)["mended.py:5"] == "fixed"


@BOTH
def test_only_what_is_new_is_to_be_repaired(states: Run, check: str) -> None:
    new = {f["path"] for f in states.findings(check) if f["state"] == "new"}
    assert new == {"broken_new.py", "breaks.py", "repeated.py"}
    assert states.check(check)["findings"]["new"] == 3


WORDS = f"# {'x' * 100}\n" * 12_000


@pytest.fixture(scope="module")
def blinded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change with a defect in every place that the tools skip by themselves, and every file that tells them to."""
    planted = {
        "plain.py": loader("plain"),
        "tests/unit.py": loader("tests"),
        "test/unit.py": loader("test"),
        "vendor/package.py": loader("vendor"),
        "node_modules/package.py": loader("modules"),
        "build/lib/package.py": loader("build"),
        ".hidden/package.py": loader("hidden"),
        ".venv/package.py": loader("venv"),
        "tool_ignored.py": loader("ignored"),
        "folder/nested.py": loader("nested"),
        "binary.py": loader("binary"),
        "generated.py": "# @generated\n" + loader("generated"),
        "typed.pyi.py": "# type: ignore\n" + loader("typed"),
        "coded.py": "# -*- coding: latin-1 -*-\n" + loader("coded"),
        "bom.py": "\ufeff" + loader("bom"),
        "returns.py": loader("returns").replace("\n", "\r\n"),
        "large.py": loader("large") + WORDS,
        "wide.py": loader("wide") + f"\nROW = [{','.join(map(str, range(20_000)))}]\n",
        "name with space.py": loader("space"),
        "-option.py": loader("option"),
        "unicode_é.py": loader("unicode"),
        "bytes_\udcff.py": loader("bytes"),
        "line\nbreak.py": loader("newline"),
        "quo\"t'es.py": loader("quoted"),
    }
    settings = {
        ".semgrepignore": "*\n",
        "folder/.semgrepignore": "*\n",
        ".bandit": "[bandit]\nexclude: .\nskips: B506\ntargets: nothing\n",
        "folder/.bandit": "[bandit]\nskips: B506\n",
        "bandit.yaml": "skips: [B506]\nexclude_dirs: ['.']\n",
        "setup.cfg": "[bandit]\nskips = B506\nexclude = .\n",
        "tox.ini": "[bandit]\nskips = B506\n",
        "pyproject.toml": "[tool.bandit]\nskips = ['B506']\nexclude_dirs = ['.']\n",
        ".gitattributes": "*.py binary linguist-generated -diff export-ignore\n",
        ".gitignore": "tool_ignored.py\n",
        ".semgrep.yml": "rules: []\n",
        ".semgrep/settings.yml": "has_shown_metrics_notification: true\n",
        "sitecustomize.py": "raise SystemExit(0)\n",
        "yaml.py": "raise SystemExit(0)\n",
        "ast.py": "raise SystemExit(0)\n",
        "bandit/__init__.py": "raise SystemExit(0)\n",
        "semgrep/__init__.py": "raise SystemExit(0)\n",
    }
    folder = tmp_path_factory.mktemp("blinded") / "project"
    repo = changed_repo(folder, base={"lineclear.yaml": CONTRACT, "a.py": ""}, change=planted | settings)
    repo.git("add", "--force", "tool_ignored.py")
    repo.git("commit", "--quiet", "-m", "ignored and tracked")
    return verify(repo)


PLANTED = {
    "plain.py": 5,
    "tests/unit.py": 5,
    "test/unit.py": 5,
    "vendor/package.py": 5,
    "node_modules/package.py": 5,
    "build/lib/package.py": 5,
    ".hidden/package.py": 5,
    ".venv/package.py": 5,
    "tool_ignored.py": 5,
    "folder/nested.py": 5,
    "binary.py": 5,
    "generated.py": 6,
    "typed.pyi.py": 6,
    "coded.py": 6,
    "bom.py": 5,
    "returns.py": 5,
    "large.py": 5,
    "wide.py": 5,
    "name with space.py": 5,
    "-option.py": 5,
    "unicode_é.py": 5,
    "bytes_\\xff.py": 5,
    "line\nbreak.py": 5,
    "quo\"t'es.py": 5,
}


@BOTH
@pytest.mark.parametrize("path", PLANTED)
def test_a_planted_defect_is_found(blinded: Run, check: str, path: str) -> None:
    assert blinded.check(check)["status"] == "failed", blinded.check(check)["reason"]
    assert blinded.states(check).get(f"{path}:{PLANTED[path]}") == "new"


def test_in_a_test_file_bandit_is_one_level_lower(blinded: Run) -> None:
    levels = {finding["path"]: finding["level"] for finding in blinded.findings("bandit")}
    assert (levels["tests/unit.py"], levels["plain.py"]) == ("warning", "error")


@BOTH
def test_every_changed_python_file_is_accounted_for(blinded: Run, check: str) -> None:
    measures = blinded.check(check)["measures"]
    assert measures["filesExamined"] == measures["filesExpected"] == len(PLANTED) + 6
    assert blinded.evidence(check)["unexamined"] == []


@pytest.fixture(scope="module")
def suppressed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that suppresses its own defect, and the whole of a file."""
    change = {
        "line.py": HEAD.format("line") + LOAD.format("line").rstrip() + "  # nosec  # nosemgrep\n",
        "other.py": loader("other"),
    }
    folder = tmp_path_factory.mktemp("suppressed") / "project"
    return verify(changed_repo(folder, base={"lineclear.yaml": CONTRACT, "a.py": ""}, change=change))


@BOTH
def test_a_suppression_hides_its_own_line_alone_and_the_verdict_says_so(suppressed: Run, check: str) -> None:
    assert suppressed.states(check) == {"other.py:5": "new"}
    assert any("Suppressions in the code" in line for line in suppressed.verdict["notEstablished"])


TABLE = "TABLE = [\n" + '    (1, "name", {"a": [2, 3]}),\n' * 100_000 + "]\n"
ODD = "odd [1],*.py"  # as a pattern it would name other files, or two


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A legacy repository with files that are too large, of which the change edits one and brings another."""
    base = {
        "lineclear.yaml": CONTRACT,
        "untouched.py": TABLE,
        "edited.py": TABLE,
        "renamed.py": TABLE + "# renamed\n",
        "plain.py": "x = 1\n",
    }
    change = {"edited.py": TABLE + loader("hidden"), ODD: TABLE, "odd_1.py": loader("beside"), "plain.py": "x = 2\n"}
    repo = changed_repo(tmp_path_factory.mktemp("large") / "project", base=base, change=change)
    repo.git("mv", "renamed.py", "new_name.py")
    repo.commit("rename")
    return verify(repo)


@BOTH
def test_a_change_to_a_file_that_is_too_large_is_a_new_finding(large: Run, check: str) -> None:
    assert len(TABLE) > 3_000_000
    found = {f["path"]: f["state"] for f in large.findings(check) if f["rule"] == "too-large" and f["state"] != "fixed"}
    assert found == {"edited.py": "new", ODD: "new", "new_name.py": "existing"}
    assert large.check(check)["status"] == "failed"
    assert not {"edited.py", ODD, "new_name.py"} & set(large.evidence(check)["examined"])


@BOTH
def test_what_to_do_about_a_file_that_is_too_large_is_said(large: Run, check: str) -> None:
    (found,) = (f for f in large.findings(check) if f["rule"] == "too-large" and f["path"] == ODD)
    size = f"{len(TABLE):,}"
    assert found["message"].startswith(f"The file has {size} bytes, more than the 2,000,000 of maxFileBytes")
    assert f"raise maxFileBytes of {check} in the contract" in found["remedy"]


@BOTH
def test_a_file_that_is_too_large_keeps_no_other_from_being_examined(large: Run, check: str) -> None:
    assert {"plain.py", "odd_1.py"} <= set(large.evidence(check)["examined"])
    assert large.states(check)["odd_1.py:5"] == "new"


@BOTH
def test_a_large_file_that_was_not_touched_blocks_nothing_and_is_no_clean_one(tmp_path: Path, check: str) -> None:
    base = {"lineclear.yaml": f"version: 1\nchecks: {{{check}: {{}}}}\n", "data.py": TABLE, "plain.py": "x = 1\n"}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"plain.py": "x = 2\n"}))
    assert (run.check(check)["status"], run.findings(check)) == ("passed", [])
    assert "data.py" not in run.evidence(check)["examined"]
    reason = f"it has {len(TABLE):,} bytes, more than the 2,000,000 of maxFileBytes"
    assert [(i["path"], i["reason"]) for i in run.evidence(check)["unexamined"]] == [("data.py", reason)]
    assert f"{check} did not examine data.py." in run.verdict["summary"] + str(run.verdict)


@BOTH
def test_the_contract_may_let_larger_files_be_scanned(tmp_path: Path, check: str) -> None:
    contract = f"version: 1\nchecks: {{{check}: {{with: {{maxFileBytes: 3000000}}}}}}\n"
    text = loader("large") + f"\n\nTEXT = '{'x' * 2_100_000}'\n"
    run = verify(changed_repo(tmp_path / "project", base={"lineclear.yaml": contract}, change={"large.py": text}))
    assert run.states(check) == {"large.py:5": "new"}
    assert run.evidence(check)["unexamined"] == []
