"""``lineclear verify``: plan, run, judge, prove, report."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lineclear import __version__
from lineclear.battery.battery import Battery
from lineclear.change.repository import open_repository
from lineclear.change.resolve import Resolved, resolve_change
from lineclear.change.worktree import OUTPUT
from lineclear.cli.base_contract import CONTRACT_NOT_USED, load_contract_for, loses_contract, with_broken_contract
from lineclear.cli.bundle_folder import begin_bundle, claim_bundle
from lineclear.cli.checks import battery_of, checks_at, own_texts
from lineclear.cli.streams import give_up_on
from lineclear.contract.load import Loaded
from lineclear.github.event import read_event
from lineclear.judge.bundle import judge_bundle
from lineclear.judge.outcome import exit_code
from lineclear.model.bundle import CHANGE, CHECK_DEFINITIONS, CONTRACT, CONTRACT_SOURCES, MANIFEST, PLAN, VERDICT
from lineclear.model.plan import Plan
from lineclear.model.verdict import Verdict
from lineclear.model.words import ContractSource
from lineclear.report.console import console
from lineclear.report.escape import for_terminal
from lineclear.report.showing import showing
from lineclear.report.terminal import is_colourful
from lineclear.report.write import write_reports
from lineclear.resources import checks_folder
from lineclear.run.clock import now
from lineclear.run.exchanged import planned_overlays
from lineclear.run.outputs import save
from lineclear.run.plan import make_plan
from lineclear.run.schedule import run_plan
from lineclear.run.select import select
from lineclear.run.taken import Elsewhere
from lineclear.run.variables import withhold
from lineclear.run.workspaces import Trees, remove_tree

if TYPE_CHECKING:
    from lineclear.prove.keys import Signer

__all__ = ["register"]

_END_SECONDS = 30.0
_SOURCES = {
    ContractSource.BASE: "from the base",
    ContractSource.BUILTIN: "built in: the base has no lineclear.yaml",
    ContractSource.GIVEN: "given by --contract",
}


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    command = commands.add_parser("verify", help="verify a change and write its bundle")
    command.add_argument("--base", metavar="REV", help="what the change is to be merged into")
    command.add_argument("--head", metavar="REV", help="the change; default: the work tree with uncommitted work")
    command.add_argument("--contract", metavar="FILE", type=Path, help="use this contract, not the base's")
    command.add_argument("--only", metavar="CHECK", action="append", default=[], help="run only these checks")
    command.add_argument(
        "--select",
        metavar="ITEM",
        action="append",
        default=[],
        help="of the one check that --only names, run only this test (file::test) or file; may be repeated",
    )
    command.add_argument("--out", metavar="DIR", type=Path, help="where the bundle goes; default: .lineclear")
    command.add_argument("--jobs", metavar="N", type=_positive, default=_jobs(), help="runs at a time")
    command.add_argument("--key", metavar="FILE", type=Path, help="sign the statements with this private key")
    command.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    command.set_defaults(run=_verify)


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """Everything that is decided before anything runs."""

    resolved: Resolved
    loaded: Loaded
    battery: Battery
    plan: Plan
    bundle: Path
    repository: Path


def _verify(arguments: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, _interrupted)  # as Ctrl-C, also while git runs
    out = arguments.out if arguments.out is not None else open_repository(Path.cwd()).root / OUTPUT
    with claim_bundle(out) as bundle:
        signer = _signer(arguments.key) if arguments.key is not None else None
        with _withdrawn_on_error(bundle):
            scratch = Path(tempfile.mkdtemp(prefix="lineclear-"))
            try:
                prepared = _prepare(arguments, bundle, scratch)
                verdict = asyncio.run(_until_signalled(_produce(prepared, arguments, scratch, signer)))
            except asyncio.CancelledError:
                raise KeyboardInterrupt from None
            finally:
                remove_tree(scratch)
            unused = loses_contract(prepared.loaded.effective, prepared.resolved.change)
            _print(verdict, bundle, arguments.format, CONTRACT_NOT_USED if unused else None)
    return exit_code(verdict.outcome, verdict.enforcement)


@contextlib.contextmanager
def _withdrawn_on_error(bundle: Path) -> Iterator[None]:
    """Leave no verdict behind where the answer is that there is none, whatever went wrong and however late."""
    try:
        yield
    except BaseException:
        for path in (MANIFEST, VERDICT):
            with contextlib.suppress(OSError):
                (bundle / path).unlink(missing_ok=True)
        raise


def _signer(key: Path) -> Signer:
    from lineclear.prove.keys import load_signer  # only now: what signs takes a while to import

    return load_signer(key)


def _prepare(arguments: argparse.Namespace, bundle: Path, scratch: Path) -> _Prepared:
    repository = open_repository(Path.cwd())
    resolved = resolve_change(
        repository,
        base=arguments.base,
        head=arguments.head,
        scratch=scratch / "git",
        event=read_event(os.environ),
        leave_out=[bundle],
    )
    battery = battery_of(checks_at(resolved, resolved.change.base.commit))
    loaded = load_contract_for(resolved, given=arguments.contract, definitions=battery.definitions)
    resolved = with_broken_contract(resolved, loaded)
    only = [name for entry in arguments.only for name in entry.split(",") if name]
    merged = resolved.change.merge_commit
    selection = select(
        arguments.select,
        only=only,
        contract=loaded.effective,
        definitions=battery.definitions,
        files=None if merged is None else _files(resolved, merged),
    )
    plan = make_plan(
        loaded.effective,
        resolved.change,
        battery,
        files=_files(resolved, *(c for c in (resolved.change.base.commit, merged) if c is not None)),
        only=only,
        selection=selection,
        overlays=planned_overlays(loaded.effective, resolved.change, battery, resolved.scratch, only),
        now=now(),
        version=__version__,
    )
    plan = withhold(plan, loaded.effective, battery, os.environ)
    begin_bundle(bundle)
    return _Prepared(
        resolved=resolved, loaded=loaded, battery=battery, plan=plan, bundle=bundle, repository=repository.root
    )


def _files(resolved: Resolved, *commits: str) -> list[str]:
    """Return the regular files of some commits."""
    return sorted({entry.path for commit in commits for entry in resolved.scratch.entries(commit) if entry.is_file})


async def _produce(prepared: _Prepared, arguments: argparse.Namespace, scratch: Path, signer: Signer | None) -> Verdict:
    """Write the bundle in the order that docs/architecture.md gives: the manifest is last."""
    change, contract, bundle = prepared.resolved.change, prepared.loaded.effective, prepared.bundle
    for path, content in ((CHANGE, change), (CONTRACT, contract), (PLAN, prepared.plan)):
        save(content.canonical(), bundle, path)
    for digest, source in sorted(prepared.loaded.sources.items()):
        save(source, bundle, f"{CONTRACT_SOURCES}/{digest}")
    for digest, text in own_texts(prepared.plan, prepared.battery).items():
        save(text, bundle, f"{CHECK_DEFINITIONS}/{digest}")
    with showing(sys.stderr, os.environ) as progress:
        await run_plan(
            prepared.plan,
            contract,
            prepared.battery,
            checks=checks_folder(),
            trees=Trees(scratch=prepared.resolved.scratch, change=change),
            scratch=scratch,
            bundle=bundle,
            elsewhere=Elsewhere(folder=Path.cwd(), repository=prepared.repository, environment=os.environ),
            jobs=arguments.jobs,
            progress=progress,
        )
    from lineclear.prove.prove import prove, seal  # only now: the checks need not wait for what signs

    verdict = judge_bundle(bundle)
    save(verdict.canonical(), bundle, VERDICT)
    prove(bundle, signer)
    write_reports(bundle, verdict)
    seal(bundle)
    return verdict


def _interrupted(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


async def _until_signalled(work: Coroutine[Any, Any, Verdict]) -> Verdict:
    """Do the work; SIGTERM and Ctrl-C cancel it, so that every child ends."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, _end, task)
    return await task


def _end(task: asyncio.Future[Verdict]) -> None:
    """End the work, and the process in any case: what it started ends with it, because supervisors watch for that."""
    task.cancel()
    last = threading.Timer(_END_SECONDS, _give_up)
    last.daemon = True
    last.start()


def _give_up() -> None:
    print(
        "error: interrupted, so no verdict was established\n"
        "  where: this command; it did not end by itself, and may have left a temporary folder\n"
        "  to do: run the command again",
        file=sys.stderr,
        flush=True,
    )
    os._exit(4)


def _print(verdict: Verdict, bundle: Path, form: str, note: str | None) -> None:
    """Print the answer. A reader that went away changes nothing: the bundle holds it. A full disk is an error."""
    try:
        _show(verdict, bundle, form, note)
        sys.stdout.flush()
    except BrokenPipeError:
        give_up_on(1)


def _show(verdict: Verdict, bundle: Path, form: str, note: str | None) -> None:
    if form == "json":
        sys.stdout.buffer.write(verdict.canonical())
        return
    print(console(verdict, colour=is_colourful(sys.stdout, os.environ)))
    print(f"Contract: {for_terminal(verdict.contract.uri, 200)} ({_SOURCES[verdict.contract.source]})")
    print(f"Bundle: {for_terminal(_shown(bundle), 400)}")
    if note is not None:
        print(note)


def _shown(folder: Path) -> str:
    try:
        return f"{folder.relative_to(Path.cwd())}/"
    except ValueError:
        return f"{folder}/"


def _jobs() -> int:
    """Return one more than there are processors: a run also waits, for its environment and for its service."""
    return (os.cpu_count() or 1) + 1


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)
