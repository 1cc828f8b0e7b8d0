"""Runs workflows that use the action under ``act``: a real interpreter of workflows, without a container."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import Repo, scrubbed_environment

from lineclear.run.cachedirs import cache_folders

__all__ = ["ROOT", "ActRun", "copy_checkout", "pull_request", "run_act", "run_job"]

ROOT = Path(__file__).resolve().parents[2]
# Says afterwards what the action gave. RUNNER_TEMP and the workspace are gone when act ends.
_REPORT = """\
      - if: always()
        env:
          STEPS: ${{ toJSON(steps) }}
        run: |
          printf '%s' "$STEPS" > "$REPORT/steps.json"
          for bundle in "$RUNNER_TEMP"/lineclear.*/bundle; do cp -R "$bundle" "$REPORT/" || true; done
"""


@dataclass(frozen=True, kw_only=True)
class ActRun:
    """How a run ended.

    ``succeeded`` is the workflow's conclusion, ``log`` what its steps printed, ``annotations`` the commands that the
    runner took from it, ``steps`` the ``steps`` context of the job at its end, and ``report`` a folder that holds
    ``bundle`` when there was one.
    """

    succeeded: bool
    log: str
    steps: dict[str, Any]
    summary: str
    annotations: list[str]
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


def run_job(repo: Repo, steps: str, event: Mapping[str, Any], *, action: Path, folder: Path) -> ActRun:
    """Run a job of these steps in a copy of a repository; ``action`` is what OWNER/lineclear@v1 stands for.

    ``folder`` is a new folder for everything that the run leaves.
    """
    workflow = f"on: pull_request\njobs:\n  verify:\n    runs-on: ubuntu-latest\n    steps:\n{steps}{_REPORT}"
    succeeded, said = run_act(repo, workflow, event, actions={"OWNER/lineclear@v1": action}, folder=folder)
    report = folder / "report"
    return ActRun(
        succeeded=succeeded,
        log="".join(entry["msg"] for entry in said if entry.get("raw_output")),
        steps=json.loads((report / "steps.json").read_text()),
        # Of a composite action act tells twice: once for the step inside, whose path has two parts.
        summary="".join(e["content"] for e in said if e.get("command") == "summary" and len(e["stepID"]) == 1),
        annotations=[e["msg"].strip() for e in said if e.get("command") in ("error", "warning", "notice")],
        report=report,
    )


def run_act(
    repo: Repo,
    workflow: str,
    event: Mapping[str, Any],
    *,
    actions: Mapping[str, Path],
    folder: Path,
    options: Sequence[str] = (),
) -> tuple[bool, list[dict[str, Any]]]:
    """Run a workflow, and return whether it succeeded and what act said of it.

    ``actions`` maps OWNER/NAME@REF to folders; steps find ``$REPORT``, a folder below ``folder`` that stays.
    """
    for name in ("report", "home", "cache", "tmp", "workflows"):
        (folder / name).mkdir(parents=True)
    (folder / "workflows" / "verify.yml").write_text(workflow)
    (folder / "event.json").write_text(json.dumps(event))
    command = [str(Path(sys.executable).with_name("act")), "pull_request", "--json", "--no-cache-server", *options]
    command += ["--workflows", str(folder / "workflows"), "--eventpath", str(folder / "event.json")]
    command += [f"--platform={image}=-self-hosted" for image in ("ubuntu-latest", "ubuntu-24.04")]
    command += [f"--env=REPORT={folder / 'report'}"]
    command += [f"--local-repository={name}={place}" for name, place in actions.items()]
    environment = {
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        # Says which package index is asked.
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config"),
        "LINECLEAR_CACHE": str(cache_folders().root),
    }
    done = subprocess.run(
        command,
        cwd=repo.root,
        env=scrubbed_environment(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    (folder / "act.jsonl").write_text(done.stdout)
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert any((folder / "report").iterdir()), done.stdout + done.stderr
    return done.returncode == 0, said
