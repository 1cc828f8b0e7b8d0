"""A change that brings a contract which is not valid would refuse every change after it, its own repair included."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import changed_repo, verify
from support import lineclear

EMPTY = "version: 1\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lineclear.yaml": "version: 1\nchekcs: {}\n"}, "unknown key 'chekcs' (lineclear.yaml:2:1 chekcs)"),
        ({"lineclear.yaml": "version: 1\nchecks: {web: {}}\n"}, "there is no check 'web'"),
        ({"lineclear.yaml": "version: 1\nextends: [./gone.yaml]\n"}, "there is no file 'gone.yaml' to extend"),
        ({"lineclear-checks/words.toml": "id = 'words'\n"}, "lineclear-checks/words.toml"),
    ],
)
def test_a_change_that_breaks_the_contract_fails(tmp_path: Path, change: dict[str, str], words: str) -> None:
    run = verify(changed_repo(tmp_path / "project", base={"lineclear.yaml": EMPTY}, change=change))
    assert (run.code, run.verdict["outcome"]) == (1, "fail"), run.stdout
    (finding,) = run.findings("change")
    assert (finding["rule"], finding["state"], finding["level"]) == ("invalid-contract", "new", "error")
    assert words in finding["message"]
    assert [reason["source"] for reason in run.verdict["reasons"]] == ["change contract"]
    assert run.stdout.startswith("FAIL   The contract that the change brings is not valid.")
    assert "change/invalid-contract" in run.repair
    judged = lineclear("judge", str(run.bundle), "--format=json", cwd=tmp_path)
    assert judged.stdout == run.text("verdict.json")
    assert lineclear("audit", str(run.bundle), cwd=tmp_path).returncode == 0


def test_a_contract_that_becomes_valid_or_goes_away_is_none(tmp_path: Path) -> None:
    better = {"lineclear.yaml": "version: 1\nbudgets: [{id: size, of: change.lines, warn: 3}]\n"}
    repo = changed_repo(tmp_path / "project", base={"lineclear.yaml": EMPTY}, change=better)
    assert verify(repo).findings("change") == []
    repo.git("rm", "--quiet", "lineclear.yaml")
    repo.commit("remove")
    assert verify(repo).findings("change") == []


def test_what_a_change_extends_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    """Else a change could choose what address the runner asks."""
    elsewhere = f"git+https://127.0.0.1:1/policies@{'a' * 40}#contract.yaml"
    change = {"lineclear.yaml": f"version: 1\nextends: ['{elsewhere}']\n"}
    run = verify(changed_repo(tmp_path / "project", base={"lineclear.yaml": EMPTY}, change=change))
    assert run.findings("change") == []
    assert run.code == 0
    assert any(elsewhere in line and "is not known" in line for line in run.verdict["notEstablished"])
