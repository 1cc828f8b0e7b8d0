"""``lineclear check``: ``new`` writes a check of the repository's own, ``test`` proves checks by their samples."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lineclear.battery.battery import Battery
from lineclear.battery.own import OWN_FOLDER, OwnCheck
from lineclear.battery.own_definitions import OWN_ADAPTERS
from lineclear.change.repository import open_repository
from lineclear.cli.checks import battery_of, checks_in_work_tree
from lineclear.contract.near import advise
from lineclear.errors import EngineError, UsageError
from lineclear.report.escape import line_for_terminal
from lineclear.resources import checks_folder
from lineclear.run.workspaces import remove_tree
from lineclear.setup.files import write_file
from lineclear.setup.proofs import Proof, Proven, prove_check
from lineclear.setup.samples import Samples, own_samples, shipped_samples
from lineclear.setup.scaffold import new_check

__all__ = ["register"]

_FAILED = 1
_WHAT_IS_READ = f"Proven from the work tree; a verification reads {OWN_FOLDER}/ at the base of the change."


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    actions = commands.add_parser("check", help="write a check of your own, or prove checks").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    new = actions.add_parser("new", help=f"write a check of your own into {OWN_FOLDER}/, with samples and a control")
    new.add_argument("name", metavar="NAME", help="the check's id: lower case, digits and hyphens")
    new.add_argument("--adapter", choices=sorted(OWN_ADAPTERS), default="sarif", help="how it says what it found")
    new.add_argument("--run", metavar="COMMAND", dest="command_line", help="what it runs; default: a small example")
    new.set_defaults(run=_new)
    test = actions.add_parser("test", help="run checks on their samples: they pass, fail and catch their control")
    test.add_argument("names", metavar="NAME", nargs="*", help=f"checks; default: all in {OWN_FOLDER}/")
    test.set_defaults(run=_test)


def _new(arguments: argparse.Namespace) -> int:
    repository = open_repository(Path.cwd())
    files = new_check(arguments.name, adapter=arguments.adapter, run=arguments.command_line, checks=checks_folder())
    folder = repository.root / OWN_FOLDER
    for place in (folder / f"{arguments.name}.toml", folder / arguments.name):
        if place.exists() or place.is_symlink():
            raise UsageError(
                f"there is a check {arguments.name!r} already, and nothing is overwritten",
                where=str(place.relative_to(repository.root)),
                todo=f"Edit it, then run `lineclear check test {arguments.name}`; or choose another name.",
            )
    for path, content in files.items():
        write_file(repository.root, path, content)
    _say([f"Wrote {path}" for path in files])
    _say(_next(arguments.name, example=arguments.command_line is None))
    return 0


def _next(name: str, *, example: bool) -> Sequence[str]:
    none = f"It has no samples yet: {OWN_FOLDER}/{name}/pass and {OWN_FOLDER}/{name}/fail are for you to fill"
    edit = "It is an example that works" if example else none
    return (
        "",
        f"{edit}. Next:",
        f"  1. Edit {OWN_FOLDER}/{name}.toml and what is in {OWN_FOLDER}/{name}/, then: lineclear check test {name}",
        f"  2. Add to the checks in lineclear.yaml: {name}: {{}}",
        "A verification uses it from the change on whose base has both.",
    )


def _test(arguments: argparse.Namespace) -> int:
    own = checks_in_work_tree(open_repository(Path.cwd()))
    battery = battery_of(own)
    names = list(dict.fromkeys(arguments.names)) or list(own)
    if not names:
        raise UsageError(
            "this repository has no check of its own",
            where=f"{OWN_FOLDER}/",
            todo="Write one with `lineclear check new NAME`, or name a check that comes with Lineclear.",
        )
    all_samples = [_samples(name, own, battery) for name in names]
    scratch = Path(tempfile.mkdtemp(prefix="lineclear-"))
    try:
        proofs = [proof for samples in all_samples for proof in _proofs(samples, battery, scratch)]
    finally:
        remove_tree(scratch)
    if any(name in own for name in names):
        _say([_WHAT_IS_READ])
    return _exit_code(proofs)


def _samples(name: str, own: Mapping[str, OwnCheck], battery: Battery) -> Samples:
    if name in own:
        return own_samples(own[name])
    if name not in battery.definitions:
        raise UsageError(
            f"there is no check {name!r}",
            where="lineclear check test",
            todo=advise(name, battery.definitions, label="checks"),
        )
    return shipped_samples(battery.definitions[name], checks_folder())


def _proofs(samples: Samples, battery: Battery, scratch: Path) -> Iterator[Proof]:
    """Yield the proofs of one check, each said as soon as it is done."""
    folder = scratch / samples.definition.id
    folder.mkdir()
    for proof in prove_check(samples, battery, checks=checks_folder(), scratch=folder):
        _say(_lines(proof))
        yield proof


def _lines(proof: Proof) -> Sequence[str]:
    line = f"{proof.check}  {proof.kind:<7}  {proof.ended.value}: {proof.said}"
    return [line] if proof.ended is Proven.PROVEN else [line, f"  where: {proof.where}", f"  to do: {proof.todo}"]


def _exit_code(proofs: Sequence[Proof]) -> int:
    """Return 0 where every check is proven, 1 where one is not, 4 where it could not be tried."""
    ended = {name: [proof.ended for proof in proofs if proof.check == name] for name in {p.check for p in proofs}}
    if any(Proven.NO_RESULT in found or set(found) == {Proven.UNCONTROLLED} for found in ended.values()):
        return EngineError.exit_code
    return _FAILED if any(Proven.NOT_PROVEN in found for found in ended.values()) else 0


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line_for_terminal(line), flush=True)
