"""Turn a bundle's verdict into what a workflow step gives: outputs, job summary, annotations and an exit code.

The action runs ``python -I -m lineclear.github.decide BUNDLE --ended CODE --log FILE``. It believes a valid
``verdict.json`` and nothing else: whatever ended before it wrote one is an ``error``, also where the process that ran
it exited 0. The exit code can only make the answer worse: a verdict that its own process did not end with is an
``error`` too, since it may be what that process was killed for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError

from lineclear.errors import BundleError, LineclearError, UsageError
from lineclear.github.annotations import annotate, command
from lineclear.github.log import read_refusal
from lineclear.github.outputs import append_summary, write_outputs
from lineclear.github.regular import open_regular
from lineclear.judge.outcome import exit_code
from lineclear.model.bundle import VERDICT
from lineclear.model.verdict import Verdict
from lineclear.model.words import FindingState, Outcome
from lineclear.report.escape import for_markdown, plain
from lineclear.report.markdown import summary
from lineclear.report.wording import DID_NOT_RUN

__all__ = ["decide", "main", "read_verdict"]

_SIZE = 64 * 1024 * 1024
_UNKNOWN = "unknown"


def main() -> None:
    """Decide for the bundle named on the command line, and exit."""
    try:
        code = decide(sys.argv[1:], os.environ, sys.stdout)
    except LineclearError as exc:
        sys.stderr.write(f"lineclear: {exc}\n")
        code = exc.exit_code
    sys.exit(code)


def decide(arguments: Sequence[str], env: Mapping[str, str], out: TextIO) -> int:
    """Write outputs, annotations and the job summary for a bundle, and return the exit code of its verdict.

    Raises UsageError for wrong arguments, and EngineError when the runner's files cannot be written.
    """
    asked = _parse(arguments)
    try:
        verdict = read_verdict(asked.bundle)
        code = exit_code(verdict.outcome, verdict.enforcement)
        _agree(asked, code)
    except BundleError as exc:
        return _no_verdict(asked, exc, env, out)
    write_outputs(_outputs(asked.bundle, verdict, code), env)
    for line in annotate(verdict):
        out.write(line + "\n")
    append_summary(summary(verdict), env)
    return code


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """``ended`` is what the verification exited with as the shell saw it; null: not told, so not compared."""

    bundle: Path
    ended: str | None
    log: Path | None


def _parse(arguments: Sequence[str]) -> _Asked:
    options: dict[str, str] = {}
    names = []
    words = iter(arguments)
    for word in words:
        if word in ("--ended", "--log") and word not in options:
            value = next(words, None)
            if value is None:
                raise _usage(f"{word} has no value")
            options[word] = value
        elif word.startswith("-"):
            raise _usage(f"{word!r} is no option, or is given twice")
        else:
            names.append(word)
    if len(names) != 1:
        raise _usage(f"one bundle folder is needed, {len(names)} were given")
    log = options.get("--log")
    return _Asked(bundle=Path(names[0]), ended=options.get("--ended"), log=None if log is None else Path(log))


def _usage(what: str) -> UsageError:
    return UsageError(
        what,
        where="python -I -m lineclear.github.decide",
        todo="Give the folder that `lineclear verify --out` wrote, and no more than --ended CODE and --log FILE.",
    )


def _agree(asked: _Asked, code: int) -> None:
    """Raise BundleError when the verification did not end with the exit code of the verdict that is there."""
    if asked.ended is not None and asked.ended != str(code):
        ended = f"ended with exit code {asked.ended}" if asked.ended.isdecimal() else "did not end by itself"
        raise _invalid(asked.bundle, f"the verification {ended}, but the verdict that is there asks for {code}")


def read_verdict(bundle: Path) -> Verdict:
    """Return the verdict of a bundle. No link is followed; raises BundleError when there is no valid one."""
    try:
        folder = os.open(bundle, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            file = open_regular(VERDICT, folder=folder)
        finally:
            os.close(folder)
    except OSError as exc:
        raise _invalid(bundle, f"there is no verdict to read: {exc.strerror}") from exc
    with file:
        raw = file.read(_SIZE + 1)
    if len(raw) > _SIZE:
        raise _invalid(bundle, f"the verdict is larger than {_SIZE} bytes")
    try:
        return Verdict.model_validate_json(raw, strict=True)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _invalid(bundle, f"the verdict is not valid at {key}: {first['msg']}") from exc


def _no_verdict(asked: _Asked, problem: BundleError, env: Mapping[str, str], out: TextIO) -> int:
    """Answer ``error``, with the message that the verification itself ended with where its log has one."""
    refusal = read_refusal(asked.log) if asked.log is not None else []
    # 2 stays 2, so that an invalid contract can be told from a machine that broke; all else is 4.
    code = UsageError.exit_code if asked.ended == str(UsageError.exit_code) else BundleError.exit_code
    write_outputs(
        {
            "outcome": Outcome.ERROR.value,
            "reported-outcome": Outcome.ERROR.value,
            "enforcement": _UNKNOWN,
            "exit-code": str(code),
            "bundle": str(asked.bundle),
            "new-findings": _UNKNOWN,
            "partial": _UNKNOWN,
        },
        env,
    )
    short = " ".join(refusal) or f"{problem.what}. To do: {problem.todo}"
    out.write(command("error", {"title": "Lineclear: error"}, f"No verdict could be established: {short}") + "\n")
    page = ["# Lineclear: ERROR", "", f"No verdict could be established: {for_markdown(problem.what)}.", ""]
    if refusal:
        page += ["The verification ended with:", "", *map(_verbatim, refusal), ""]
    else:
        page += [f"To do: {for_markdown(problem.todo)}", ""]
    append_summary("\n".join(page), env)
    return code


def _verbatim(line: str) -> str:
    """Return one line of an indented code block, in which no markup counts (CommonMark 0.31 §4.4)."""
    text = line.lstrip()
    return "    " + " " * (len(line) - len(text)) + plain(text, 2_000)


def _outputs(bundle: Path, verdict: Verdict, code: int) -> dict[str, str]:
    return {
        "outcome": verdict.outcome.value,
        "reported-outcome": verdict.reported_outcome.value,
        "enforcement": verdict.enforcement.value,
        "exit-code": str(code),
        "bundle": str(bundle),
        "new-findings": _new_findings(verdict),
        "partial": str(verdict.partial).lower(),
    }


def _new_findings(verdict: Verdict) -> str:
    """Return how many findings are new, or ``unknown`` as soon as one check that ought to know does not."""
    asked = [check for check in verdict.checks if check.status not in DID_NOT_RUN]
    if any(check.findings.new is None for check in asked):
        return _UNKNOWN
    return str(sum(finding.state is FindingState.NEW for finding in verdict.findings))


def _invalid(bundle: Path, what: str) -> BundleError:
    return BundleError(
        what,
        where=str(bundle / VERDICT),
        todo="Look at the log of the verification: it ended before it wrote a verdict.",
    )


if __name__ == "__main__":
    main()
