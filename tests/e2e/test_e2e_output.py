"""How much is printed, and what: the answer first, a few lines of it, and everything else counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import changed_repo, verify

CONTRACT = "version: 1\nchecks: {bandit: {}}\n"


@pytest.mark.tools
def test_five_hundred_findings_are_forty_lines(tmp_path: Path) -> None:
    files = {f"part_{number}.py": 'eval("1")\nexec("2")\n' * 25 for number in range(10)}
    run = verify(changed_repo(tmp_path / "project", base={"lineclear.yaml": CONTRACT}, change=files))
    assert run.code == 1
    lines = run.stdout.splitlines()
    assert len(run.findings("bandit")) == 500
    assert len(lines) <= 40
    assert lines[0] == "FAIL   bandit has 500 new error-level findings."
    assert "  Then run: lineclear verify --only bandit" in lines
    assert any(line.endswith(" of 500 shown; repair.md lists them all.") for line in lines)
