"""Proves a check by running it as a verification would, on repositories made from its samples."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lineclear import __version__
from lineclear.battery.battery import Battery
from lineclear.battery.own import OwnFile
from lineclear.change.repository import open_repository
from lineclear.change.resolve import resolve_change
from lineclear.contract.load import load_contract
from lineclear.errors import ContractError
from lineclear.judge.bundle import judge_bundle
from lineclear.model.bundle import CHANGE, CONTRACT, PLAN
from lineclear.model.contract import EffectiveContract
from lineclear.model.finding import Finding
from lineclear.model.verdict import Verdict
from lineclear.model.words import CheckStatus, ContractSource, FindingState, Level
from lineclear.run.clock import now
from lineclear.run.outputs import save
from lineclear.run.plan import make_plan
from lineclear.run.schedule import run_plan
from lineclear.run.taken import Elsewhere
from lineclear.run.workspaces import Trees
from lineclear.setup.samples import EXPECTED, Samples, make_repository

__all__ = ["Proof", "Proven", "prove_check"]

_JOBS = 2
_SHOWN = 5


class Proven(StrEnum):
    """How a proof ended: ``noResult`` when the check gave none, ``uncontrolled`` where there is no control to try."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    NO_RESULT = "no result"
    UNCONTROLLED = "uncontrolled"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One proof of a check. ``where`` and ``todo`` are for those that are not proven."""

    check: str
    kind: str
    ended: Proven
    said: str
    where: str
    todo: str


def prove_check(samples: Samples, battery: Battery, *, checks: Path, scratch: Path) -> Iterator[Proof]:
    """Yield the proofs of a check, each when it is done: that it lets pass, that it fails, that it catches its control.

    ``checks`` is the folder of the shipped definitions; everything is written below ``scratch``. Raises
    :class:`ContractError` where the check needs a setting that neither its definition nor its control gives.
    """
    trial = _Trial(samples, battery, checks, scratch)
    if samples.whole:
        yield _of_pass(samples, trial)
        yield _of_fail(samples, trial)
    yield _of_control(samples, trial)


class _Trial:
    """Runs one check on a change from one tree to another."""

    def __init__(self, samples: Samples, battery: Battery, checks: Path, scratch: Path) -> None:
        self._samples, self._battery, self._checks, self._scratch = samples, battery, checks, scratch

    def verdict(self, name: str, before: Mapping[str, OwnFile], after: Mapping[str, OwnFile]) -> Verdict:
        """Return the verdict on the change."""
        contract = _contract(self._samples, self._battery)
        folder = self._scratch / name
        folder.mkdir()
        base, head = make_repository(folder / "repository", before, after)
        repository = open_repository(folder / "repository")
        resolved = resolve_change(repository, base=base, head=head, scratch=folder / "git")
        change = resolved.change
        commits = [commit for commit in (change.base.commit, change.merge_commit) if commit is not None]
        files = sorted({e.path for commit in commits for e in resolved.scratch.entries(commit) if e.is_file})
        plan = make_plan(contract, change, self._battery, files=files, only=[], now=now(), version=__version__)
        bundle, runs = folder / "bundle", folder / "runs"
        bundle.mkdir()
        runs.mkdir()
        for path, content in ((CHANGE, change), (CONTRACT, contract), (PLAN, plan)):
            save(content.canonical(), bundle, path)
        asyncio.run(
            run_plan(
                plan,
                contract,
                self._battery,
                checks=self._checks,
                trees=Trees(scratch=resolved.scratch, change=change),
                scratch=runs,
                bundle=bundle,
                elsewhere=Elsewhere(folder=repository.root, repository=repository.root, environment={}),
                jobs=_JOBS,
                progress=lambda _: None,
            )
        )
        return judge_bundle(bundle)


def _contract(samples: Samples, battery: Battery) -> EffectiveContract:
    definition = samples.definition
    settings = definition.control.with_ if definition.control is not None else {}
    for name, setting in definition.settings.items():
        if setting.required and settings.get(name) is None:
            raise ContractError(
                f"the check needs the setting {name!r}, which nothing gives to its samples",
                where=f"{samples.place}.toml",
                todo=f"give it under [control], as `with = {{ {name} = … }}`, or a default under [settings.{name}]",
            )
    text = json.dumps({"version": 1, "checks": {definition.id: {"with": settings}}})
    return load_contract(
        source=ContractSource.GIVEN,
        uri=f"{samples.place}.toml, [control]",
        text=text.encode(),
        read=lambda _: None,
        definitions=battery.definitions,
    ).effective


def _of_pass(samples: Samples, trial: _Trial) -> Proof:
    where = f"{samples.place}/pass"
    if not samples.passing:
        return _missing(samples, "pass", where, "put files there in which the check has nothing to find")
    verdict = trial.verdict("pass", {}, samples.passing)
    errors = [finding for finding in verdict.findings if finding.level is Level.ERROR]
    if (lost := _no_result(samples, "pass", where, verdict)) is not None:
        return lost
    if errors:
        return _proof(
            samples,
            "pass",
            Proven.NOT_PROVEN,
            f"found {_listed(_named(errors))} where nothing of level error is to be found",
            where,
            "mend the sample, or the check",
        )
    return _proven(samples, "pass", where, "no error-level finding")


def _of_fail(samples: Samples, trial: _Trial) -> Proof:
    where = f"{samples.place}/fail"
    if not samples.failing:
        return _missing(samples, "fail", where, "put files there in which the check must find something")
    verdict = trial.verdict("fail", samples.passing, samples.failing)
    if (lost := _no_result(samples, "fail", where, verdict)) is not None:
        return lost
    new = _new(verdict)
    found = _named(new)
    failed = verdict.checks[0].status is CheckStatus.FAILED
    said = None
    if samples.expected is not None and tuple(found) != samples.expected:
        said = f"found {_listed(found)}; {EXPECTED} has {_listed(samples.expected)}"
    elif not failed:
        said = f"found {_listed(found)}, and nothing new of level error"
    if said is not None:
        return _proof(
            samples,
            "fail",
            Proven.NOT_PROVEN,
            said,
            where,
            f"mend the sample, the check, or {samples.place}/{EXPECTED} (a line for each finding: rule and path)",
        )
    return _proven(samples, "fail", where, f"found {_listed(found)}")


def _of_control(samples: Samples, trial: _Trial) -> Proof:
    control, where = samples.definition.control, f"{samples.place}.toml"
    if control is None:
        return _proof(
            samples,
            "control",
            Proven.UNCONTROLLED,
            "the definition declares no control",
            where,
            "add [control] with `files` and the `rule` or `path` of what must be found",
        )
    verdict = trial.verdict("control", samples.passing, {**samples.passing, **samples.control})
    if (lost := _no_result(samples, "control", where, verdict)) is not None:
        return lost
    new = _new(verdict)
    wanted = " in ".join(filter(None, (control.rule or "a finding", control.path)))
    if any(control.rule in (None, item.rule) and control.path in (None, item.path) for item in new):
        return _proven(samples, "control", where, f"caught {wanted}")
    return _proof(
        samples,
        "control",
        Proven.NOT_PROVEN,
        f"missed {wanted}; found {_listed(_named(new))}",
        where,
        f"mend what [control] says, the files in {control.files}, or the check: it is blind for them",
    )


def _no_result(samples: Samples, kind: str, where: str, verdict: Verdict) -> Proof | None:
    """Return that the check gave no result, None where it gave one."""
    (result,) = verdict.checks
    if result.status in (CheckStatus.PASSED, CheckStatus.FAILED):
        return None
    return _proof(
        samples,
        kind,
        Proven.NO_RESULT,
        f"{result.status.value}: {result.reason}",
        where,
        "make the check run to its end on this sample",
    )


def _missing(samples: Samples, kind: str, where: str, todo: str) -> Proof:
    said = "there is no sample to try it on"
    return _proof(samples, kind, Proven.NOT_PROVEN, said, where, todo)


def _proven(samples: Samples, kind: str, where: str, said: str) -> Proof:
    return _proof(samples, kind, Proven.PROVEN, said, where, "")


def _proof(samples: Samples, kind: str, ended: Proven, said: str, where: str, todo: str) -> Proof:
    return Proof(check=samples.definition.id, kind=kind, ended=ended, said=said, where=where, todo=todo)


def _new(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.state is FindingState.NEW]


def _named(findings: list[Finding]) -> list[str]:
    return sorted(f"{finding.rule} {finding.path or ''}".rstrip() for finding in findings)


def _listed(lines: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{', '.join(lines[:_SHOWN])}{more}" if lines else "nothing"
