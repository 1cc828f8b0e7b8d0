"""Measures ``lineclear verify`` on a real package beside its tools run by plain nox, in one run (``nox -s bench``).

Nothing is asserted about time. What is compared, and how, is said in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

# Started with -I, so its own folder is not on the search path.
sys.path.extend(str(Path(__file__).resolve().parent / name) for name in ("", "real"))

from real_package import NEWER, OLDER, REQUIREMENTS, files_of, release_repository, unpack
from support import scrubbed_environment

from lineclear.resources import checks_folder

_TOOLS = ("pytest", "semgrep", "bandit")
_NOXFILE = """\
import nox

nox.options.default_venv_backend = "uv"


@nox.session
def pytest(session):
    session.install("-r", "{requirements}", "-e", ".")
    session.run(*{pytest!r})


@nox.session
def semgrep(session):
    session.install("--require-hashes", "-r", "{checks}/semgrep/requirements.txt")
    session.run(*{semgrep!r})


@nox.session
def bandit(session):
    session.install("--require-hashes", "-r", "{checks}/bandit/requirements.txt")
    session.run(*{bandit!r}, success_codes=[0, 1])
"""


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Wall and processor time of one command with all its children, in seconds, and when it started."""

    wall: float
    processor: float
    started: float


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of one verification, in seconds after its start."""

    begins: float
    ends: float


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The folders and commands of one comparison."""

    tree: Path
    bundle: Path
    envdir: Path
    commands: Mapping[str, tuple[str, ...]]

    def verify(self) -> Spent:
        lineclear = (sys.executable, "-I", "-m", "lineclear.cli.main", "verify")
        return _timed((*lineclear, "--base", "main", "--head", "upgrade", "--out", str(self.bundle)), self.tree)

    def nox(self, *options: str) -> Spent:
        nox = (str(Path(sys.executable).with_name("nox")), "--envdir", str(self.envdir), *options)
        return _timed((*nox, "-f", str(self.tree / "noxfile.py"), "-s", *_TOOLS), self.tree)

    def alone(self, tool: str) -> Spent:
        argv = self.commands[tool]
        return _timed((str(self.envdir / tool / "bin" / argv[0]), *argv[1:]), self.tree, codes=(0, 1))


def main() -> None:
    """Prepare, warm everything up once, measure in turns, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="lineclear-bench-") as scratch:
        bench = _prepare(Path(scratch))
        _say("warming up: verify, and nox with its installs")
        bench.verify()
        bench.nox("-r")
        _same_work(bench)
        turns: dict[str, Callable[[], Spent]] = {
            "verify": bench.verify,
            "nox -R": partial(bench.nox, "-R"),
            "nox -r": partial(bench.nox, "-r"),
            **{tool: partial(bench.alone, tool) for tool in _TOOLS},
        }
        spent: dict[str, list[Spent]] = {name: [] for name in turns}
        parts: list[dict[str, Part]] = []
        for number in range(rounds):
            names = list(turns)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                one = turns[name]()
                spent[name].append(one)
                if name == "verify":
                    parts.append(_parts(bench.bundle, one))
                _say(f"round {number + 1}: {name}: {one.wall:.2f} s")
        _print_comparison(spent)
        _print_parts(parts)


def _prepare(scratch: Path) -> Bench:
    newer = files_of(unpack(NEWER, scratch))
    repo = release_repository(scratch / "jinja2", files_of(unpack(OLDER, scratch)), newer)
    rules = checks_folder() / "semgrep" / "rules"
    flags = "--metrics=off --disable-version-check --no-git-ignore --x-ignore-semgrepignore-files --max-target-bytes=0"
    commands = {
        "pytest": ("pytest", "-q"),
        "semgrep": (
            *("semgrep", "scan", "--config", str(rules), *flags.split(), "--quiet"),
            *("--json", f"--output={scratch / 'semgrep.json'}", "."),
        ),
        "bandit": (
            *("bandit", "--quiet", "-r", ".", "--severity-level=medium"),
            *("-f", "json", f"--output={scratch / 'bandit.json'}"),
        ),
    }
    text = _NOXFILE.format(requirements=REQUIREMENTS, checks=checks_folder(), **commands)
    repo.write({".git/info/exclude": "noxfile.py\n", "noxfile.py": text})
    return Bench(tree=repo.root, bundle=scratch / "bundle", envdir=scratch / "nox", commands=commands)


def _same_work(bench: Bench) -> None:
    """Refuse to compare runs that do not look at the same files and tests."""
    scratch = bench.bundle.parent
    python = {path for path in files_of(bench.tree) if path.endswith(".py") and path != "noxfile.py"}
    semgrep = {str(path) for path in json.loads((scratch / "semgrep.json").read_text())["paths"]["scanned"]}
    bandit = {path.removeprefix("./") for path in json.loads((scratch / "bandit.json").read_text())["metrics"]}
    assert python <= semgrep
    assert python <= bandit
    for check in _TOOLS:
        measures = _evidence(bench.bundle, check, "merged")["measures"]
        assert measures.get("filesExamined", len(python)) == len(python)


def _parts(bundle: Path, verify: Spent) -> dict[str, Part]:
    """Return where one verification spent its time, from the times that it wrote down."""
    runs = {}
    for check, tree in itertools.product(_TOOLS, ("merged", "base")):
        if (bundle / "evidence" / check / tree / "evidence.json").is_file():
            evidence = _evidence(bundle, check, tree)
            begins, ends = (_moment(evidence[name]) - verify.started for name in ("startedAt", "finishedAt"))
            runs[f"{check} on the {'merge result' if tree == 'merged' else 'base'}"] = Part(begins=begins, ends=ends)
    planned = _moment(json.loads((bundle / "inputs" / "plan.json").read_text())["now"]) - verify.started
    last = max(part.ends for part in runs.values())
    return {
        "start, git, contract, plan": Part(begins=0, ends=planned),
        **runs,
        "judge, prove, report, tidy up": Part(begins=last, ends=verify.wall),
    }


def _print_comparison(spent: Mapping[str, Sequence[Spent]]) -> None:
    wall = {name: statistics.median(one.wall for one in all_) for name, all_ in spent.items()}
    slowest = max(_TOOLS, key=wall.__getitem__)
    titles = {
        "verify": "`lineclear verify`",
        "nox -R": "plain nox, one tool after the other, nothing installed (`nox -R`)",
        "nox -r": "plain nox, with its install steps (`nox -r`)",
        **{tool: f"{tool} alone{', the slowest tool' if tool == slowest else ''}" for tool in _TOOLS},
    }
    print("\n| what | wall, median | lowest | processor, median | verify by it, medians | by the lowest |")
    print("|---|---|---|---|---|---|")
    for name, title in titles.items():
        least = min(one.wall for one in spent[name])
        processor = statistics.median(one.processor for one in spent[name])
        ratios = f"{wall['verify'] / wall[name]:.2f} | {min(one.wall for one in spent['verify']) / least:.2f}"
        print(f"| {title} | {wall[name]:.2f} s | {least:.2f} s | {processor:.2f} s | {ratios} |")


def _print_parts(parts: Sequence[Mapping[str, Part]]) -> None:
    def median(name: str, of: Callable[[Part], float]) -> float:
        return statistics.median(of(one[name]) for one in parts)

    print("\n| part of verify | begins at | takes |")
    print("|---|---|---|")
    for name in sorted(parts[0], key=lambda name: median(name, lambda part: part.begins)):
        begins, takes = median(name, lambda part: part.begins), median(name, lambda part: part.ends - part.begins)
        print(f"| {name} | {begins:.2f} s | {takes:.2f} s |")
    load = os.getloadavg()[2]
    print(f"\n{len(parts)} rounds on {os.cpu_count()} processors; load average over 15 minutes {load:.1f}.")


def _timed(argv: Sequence[str], cwd: Path, codes: Sequence[int] = (0,)) -> Spent:
    before, started, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.time(), time.monotonic()
    done = subprocess.run(argv, cwd=cwd, env=scrubbed_environment(), capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in codes, f"{argv[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall=wall, processor=processor, started=started)


def _evidence(bundle: Path, check: str, tree: str) -> dict[str, Any]:
    evidence = json.loads((bundle / "evidence" / check / tree / "evidence.json").read_text("utf-8"))
    assert isinstance(evidence, dict)
    assert evidence["ended"] == "completed", evidence["problem"]
    return evidence


def _moment(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
