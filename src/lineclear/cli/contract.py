"""``lineclear contract``: ``check`` loads a contract as a verification would; ``show`` has its own module."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lineclear.cli.base_contract import load_given
from lineclear.cli.checks import battery_of, checks_beside
from lineclear.model.contract import EffectiveCheck, EffectiveContract, Invariant
from lineclear.model.words import Enforcement

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    actions = commands.add_parser("contract", help="check the contract, or show what follows from it").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    command = actions.add_parser("check", help="load a contract and type-check its invariants")
    command.add_argument("file", metavar="FILE", type=Path, nargs="?", default=Path("lineclear.yaml"))
    command.set_defaults(run=_check)
    show = actions.add_parser("show", help="list every value, and where it comes from")
    show.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a contract; default: the base's")
    show.add_argument("--base", metavar="REV", help="the base; default: as for verify")
    show.add_argument("--json", action="store_true", help="for a machine (explained-contract.schema.json)")
    show.set_defaults(run=_show)


def _show(arguments: argparse.Namespace) -> int:
    from lineclear.cli.contract_show import show  # only now: it looks at the repository too

    return show(arguments)


def _check(arguments: argparse.Namespace) -> int:
    own = checks_beside(arguments.file)
    loaded = load_given(arguments.file, definitions=battery_of(own).definitions)
    effective = loaded.effective
    print(f"{arguments.file}: valid")
    print(f"  checks:     {', '.join(check.id for check in effective.checks) or 'none'}")
    if own:
        print(f"  own:        {', '.join(own)}")
    print(f"  invariants: {', '.join(item.id for item in effective.invariants) or 'none'}")
    print(f"  budgets:    {', '.join(item.id for item in effective.budgets) or 'none'}")
    if effective.quarantine:
        print(f"  quarantine: {', '.join(item.test for item in effective.quarantine)}")
    print(f"  enforced:   {_enforced(effective)}")
    print(f"  extends:    {', '.join(item.uri for item in effective.extends) or 'nothing'}")
    return 0


def _enforced(contract: EffectiveContract) -> str:
    """Say what is enforced and since when; what is in report mode is named."""
    if contract.enforcement is Enforcement.REPORT:
        return "nothing: report mode"
    since = f"from {contract.enforce_from.isoformat()} on" if contract.enforce_from is not None else "yes"
    parts: list[EffectiveCheck | Invariant] = [*contract.checks, *contract.invariants]
    later = [
        f"{part.id} {'in report mode' if part.enforce_from is None else f'from {part.enforce_from.isoformat()} on'}"
        for part in parts
        if part.enforcement is Enforcement.REPORT or part.enforce_from is not None
    ]
    return since + (f", but {', '.join(later)}" if later else "")
