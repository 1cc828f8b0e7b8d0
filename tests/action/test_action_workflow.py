"""The reusable workflow, called by another repository. The actions that it uses are replaced: they need GitHub."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from act_runs import ROOT, copy_checkout, pull_request, run_act
from support import Repo

_WORKFLOW = ROOT / ".github" / "workflows" / "lineclear.yml"
_CALLER = """\
on: pull_request
jobs:
  lineclear:
    uses: OWNER/lineclear/.github/workflows/lineclear.yml@v1
"""
_STAND_IN = """\
name: {name}
description: Notes what it is given, and does the least that the next step needs
inputs: {{{inputs}}}
outputs:
  python-path: {{description: "", value: "{python}"}}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        INPUTS: "${{{{ toJSON(inputs) }}}}"
        PLACE: "${{{{ inputs.path }}}}"
      run: |
        printf '%s' "$INPUTS" > "$(mktemp "$REPORT/{name}.XXXXXX.json")"
        {run}
"""


def _used() -> dict[str, set[str]]:
    """Return the inputs that the workflow gives to each action of others, by the action's name and commit."""
    used: dict[str, set[str]] = {}
    for step in yaml.safe_load(_WORKFLOW.read_text())["jobs"]["verify"]["steps"]:
        if not step.get("uses", "./").startswith("./"):
            used.setdefault(step["uses"], set()).update(step["with"])
    return used


def _stand_ins(folder: Path, *, checkouts: Path) -> dict[str, Path]:
    """Write an action of its name and inputs for each; ``checkouts`` holds a folder for each path checked out to."""
    runs = {
        "checkout": f'cp -R "{checkouts}/$PLACE" "$GITHUB_WORKSPACE/"',
        "upload-artifact": 'cp -R "$PLACE" "$REPORT/bundle"',
    }
    mapped = {}
    for uses, inputs in _used().items():
        action, ref = uses.split("@")
        owner, name, *below = action.split("/")
        place = folder / name / Path(*below)
        place.mkdir(parents=True, exist_ok=True)
        text = _STAND_IN.format(
            name="-".join([name, *below]),
            inputs=", ".join(f"{key}: {{description: ''}}" for key in sorted(inputs)),
            python=sys.executable,
            run=runs.get(name, "true"),
        )
        (place / "action.yml").write_text(text)
        mapped[f"{owner}/{name}@{ref}"] = folder / name
    return mapped


@pytest.mark.slow
@pytest.mark.tools
def test_the_reusable_workflow_verifies_and_keeps_the_bundle(tmp_path: Path) -> None:
    project = {
        "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n",
        "lineclear.yaml": "version: 1\nproject: {install: []}\nchecks:\n  bandit: {}\n",
    }
    repo = Repo.create(tmp_path / "checkouts" / "project", project)
    base = repo.git("rev-parse", "HEAD")
    repo.branch("feature")
    head = repo.commit("A finding", {"shop.py": "eval('1')\n"})
    lineclear = copy_checkout(tmp_path / "checkouts" / "lineclear")
    stand_ins = _stand_ins(tmp_path / "actions", checkouts=tmp_path / "checkouts")

    succeeded, said = run_act(
        repo,
        _CALLER,
        pull_request(base, head),
        actions={"OWNER/lineclear@v1": lineclear, **stand_ins},
        folder=tmp_path / "act",
        options=["--no-skip-checkout"],
    )

    assert not succeeded
    assert [entry["jobResult"] for entry in said if "jobResult" in entry] == ["failure"]
    report = tmp_path / "act" / "report"
    assert json.loads((report / "bundle" / "verdict.json").read_text())["outcome"] == "fail"
    notes = sorted(path.name.split(".")[0] for path in report.glob("*.json"))
    assert notes == ["cache-restore", "checkout", "checkout", "setup-python", "upload-artifact"], "and no cache-save"


def test_all_actions_of_others_are_pinned_by_commit() -> None:
    for path in [ROOT / "action.yml", *sorted((ROOT / ".github").rglob("*.yml"))]:
        for uses in re.findall(r"uses: (\S+.*)", path.read_text()):
            assert re.match(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", uses) or uses.startswith("./"), (path, uses)
