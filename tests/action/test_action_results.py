"""A report that an earlier step or job made reaches the action as docs/any-tool.md says: by the step's variables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from act_runs import copy_checkout, pull_request, run_job
from support import Repo

pytestmark = [pytest.mark.slow, pytest.mark.tools]

_STEPS = """\
      - uses: actions/checkout@v4
      - run: |
          mkdir "$RUNNER_TEMP/web"
          printf '%s' "<testsuite><testcase name='a'/></testsuite>" > "$RUNNER_TEMP/web/junit.xml"
      - id: lineclear
        uses: OWNER/lineclear@v1
        env:
          WEB_REPORT: ${{ runner.temp }}/web/junit.xml
          WEB_COMMIT: ${{ github.event.pull_request.head.sha }}
"""
_CONTRACT = "version: 1\nchecks: {web: {use: junit, with: {from: $WEB_REPORT, commit: $WEB_COMMIT}}}\n"


def test_a_report_of_another_job_is_named_by_variables_of_the_step(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "workspace", {"lineclear.yaml": _CONTRACT, "a.js": "1\n"})
    start = repo.git("rev-parse", "HEAD")
    repo.branch("feature")
    end = repo.commit("A change", {"a.js": "2\n"})
    action = copy_checkout(tmp_path / "action")
    done = run_job(repo, _STEPS, pull_request(start, end), action=action, folder=tmp_path / "act")
    assert done.outputs()["outcome"] == "pass", done.log
    evidence = json.loads((done.report / "bundle/evidence/web/merged/evidence.json").read_text("utf-8"))
    assert (evidence["taken"]["source"], evidence["taken"]["commit"]) == ("$WEB_REPORT", end)
    assert "taken from a report of another job" in done.summary
