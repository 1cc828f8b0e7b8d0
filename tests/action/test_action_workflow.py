"""The workflows that users are offered: the reusable one, and the one to copy from docs/action.md.

The actions of others that they use are replaced: those need GitHub.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from act_runs import ROOT, copy_checkout, pull_request, run_act
from support import Repo

_WORKFLOWS = ROOT / ".github" / "workflows"
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


def _to_copy() -> str:
    """Return the workflow of docs/action.md."""
    match = re.search(
        r"^```yaml\n(name: .*?)^```$", (ROOT / "docs" / "action.md").read_text(), re.DOTALL | re.MULTILINE
    )
    assert match is not None
    return match[1]


def _used(workflow: str) -> dict[str, set[str]]:
    """Return the inputs that a workflow gives to each action of others, by the action's name and commit."""
    used: dict[str, set[str]] = {}
    for step in yaml.safe_load(workflow)["jobs"]["verify"]["steps"]:
        if "/" in step.get("uses", "") and not step["uses"].startswith(("./", "OWNER/")):
            used.setdefault(step["uses"], set()).update(step["with"])
    return used


def _stand_ins(used: dict[str, set[str]], folder: Path, *, checkouts: Path) -> dict[str, Path]:
    """Write an action of its name and inputs for each; ``checkouts`` holds a folder for each path checked out to."""
    runs = {
        "checkout": f'cp -R "{checkouts}/${{PLACE:-project/.}}" "$GITHUB_WORKSPACE/"',
        "upload-artifact": 'cp -R "$PLACE" "$REPORT/bundle"',
    }
    mapped = {}
    for uses, inputs in used.items():
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
@pytest.mark.parametrize("offered", ["reusable", "to copy"])
def test_an_offered_workflow_verifies_and_keeps_the_bundle(tmp_path: Path, offered: str) -> None:
    project = {
        "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n",
        "lineclear.yaml": "version: 1\nproject: {install: []}\nchecks:\n  bandit: {}\n",
    }
    repo = Repo.create(tmp_path / "checkouts" / "project", project)
    base = repo.git("rev-parse", "HEAD")
    repo.branch("feature")
    head = repo.commit("A finding", {"shop.py": "eval('1')\n"})
    lineclear = copy_checkout(tmp_path / "checkouts" / "lineclear")
    workflow = (_WORKFLOWS / "lineclear.yml").read_text() if offered == "reusable" else _to_copy()
    stand_ins = _stand_ins(_used(workflow), tmp_path / "actions", checkouts=tmp_path / "checkouts")

    succeeded, said = run_act(
        repo,
        _CALLER if offered == "reusable" else workflow,
        pull_request(base, head),
        actions={"OWNER/lineclear@v1": lineclear, **stand_ins},
        folder=tmp_path / "act",
        options=["--no-skip-checkout"],
    )

    assert not succeeded
    assert [entry["jobResult"] for entry in said if "jobResult" in entry] == ["failure"]
    report = tmp_path / "act" / "report"
    assert json.loads((report / "bundle" / "verdict.json").read_text())["outcome"] == "fail"
    notes = {path.name.split(".")[0] for path in report.glob("*.json")}
    assert {"checkout", "cache-restore", "upload-artifact"} <= notes
    assert "cache-save" not in notes, "a pull request must not fill the cache of others"


def test_the_workflow_to_copy_is_valid_and_pins_what_the_reusable_one_pins(tmp_path: Path) -> None:
    (tmp_path / "copied.yml").write_text(_to_copy())
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.github-workflows"]
    subprocess.run([*command, str(tmp_path / "copied.yml")], check=True)
    assert set(_used(_to_copy())) <= set(_used((_WORKFLOWS / "lineclear.yml").read_text()))


def test_all_actions_of_others_are_pinned_by_commit() -> None:
    for path in [ROOT / "action.yml", *sorted((ROOT / ".github").rglob("*.yml"))]:
        for uses in re.findall(r"uses: (\S+.*)", path.read_text()):
            assert re.match(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", uses) or uses.startswith("./"), (path, uses)
