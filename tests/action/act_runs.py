"""Runs workflows that use the action under ``act``: the real interpreter of workflows, on this machine, no container."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import Repo, scrubbed_environment

from lineclear.run.cachedirs import cache_folders

__all__ = ["ROOT", "ActRun", "copy_checkout", "pull_request", "run_workflow"]

ROOT = Path(__file__).resolve().parents[2]
_PREFIX = re.compile(r"^\[[^]]*\] +\| ?", re.MULTILINE)

# Says afterwards what the action gave. RUNNER_TEMP and the workspace are gone when act ends.
_REPORT = """\
      - if: always()
        env:
          STEPS: ${{ toJSON(steps) }}
        run: |
          printf '%s' "$STEPS" > "$REPORT/steps.json"
          cp "$GITHUB_STEP_SUMMARY" "$REPORT/summary.md" || true
          for bundle in "$RUNNER_TEMP"/lineclear.*/bundle; do cp -R "$bundle" "$REPORT/" || true; done
"""


@dataclass(frozen=True, kw_only=True)
class ActRun:
    """How a run ended: ``succeeded`` is the workflow's conclusion, ``steps`` the ``steps`` context of its job."""

    succeeded: bool
    log: str
    steps: dict[str, Any]
    summary: str
    report: Path

    def outputs(self, step: str = "lineclear") -> dict[str, str]:
        """Return the outputs of a step."""
        outputs = self.steps[step]["outputs"]
        assert isinstance(outputs, dict)
        return outputs


def copy_checkout(target: Path) -> Path:
    """Copy this repository's files, uncommitted ones too, as GitHub would unpack the action."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        env=scrubbed_environment(),
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split(b"\0")):
        source = ROOT / os.fsdecode(name)
        if source.is_file():
            copy = target / os.fsdecode(name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    return target


def pull_request(base: str, head: str) -> dict[str, Any]:
    """Return the event of a pull request, as far as anything here reads it."""
    return {
        "number": 7,
        "repository": {"default_branch": "main"},
        "pull_request": {
            "number": 7,
            "base": {"sha": base, "ref": "main"},
            "head": {"sha": head, "ref": "feature"},
            "user": {"login": "alice", "type": "User"},
        },
    }


def run_workflow(
    repo: Repo,
    steps: str,
    event: Mapping[str, Any],
    *,
    action: Path,
    folder: Path,
    actions: Mapping[str, Path] | None = None,
) -> ActRun:
    """Run a job of these steps in a copy of a repository.

    ``action`` is what OWNER/lineclear@v1 stands for, ``actions`` further ones (``OWNER/NAME@REF`` to folder),
    ``folder`` a new folder for everything that the run leaves.
    """
    for name in ("report", "home", "cache", "workflows"):
        (folder / name).mkdir(parents=True)
    workflow = folder / "workflows" / "verify.yml"
    workflow.write_text(f"on: pull_request\njobs:\n  verify:\n    runs-on: ubuntu-latest\n    steps:\n{steps}{_REPORT}")
    (folder / "event.json").write_text(json.dumps(event))
    mapped = {"OWNER/lineclear@v1": action, **(actions or {})}
    command = [str(Path(sys.executable).with_name("act")), "pull_request", "--workflows", str(workflow)]
    command += ["--platform", "ubuntu-latest=-self-hosted", "--eventpath", str(folder / "event.json")]
    command += ["--no-cache-server", "--env", f"REPORT={folder / 'report'}"]
    command += [f"--local-repository={name}={place}" for name, place in mapped.items()]
    here = os.environ
    environment = {
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": here.get("XDG_CONFIG_HOME") or str(Path.home() / ".config"),  # the package index to ask
        "LINECLEAR_CACHE": str(cache_folders().root),
    }
    done = subprocess.run(
        command,
        cwd=repo.root,
        env=scrubbed_environment(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    log = _PREFIX.sub("", done.stdout)
    (folder / "log").write_text(log)
    report = folder / "report"
    assert (report / "steps.json").is_file(), log
    return ActRun(
        succeeded=done.returncode == 0,
        log=log,
        steps=json.loads((report / "steps.json").read_text()),
        summary=(report / "summary.md").read_text() if (report / "summary.md").is_file() else "",
        report=report,
    )
