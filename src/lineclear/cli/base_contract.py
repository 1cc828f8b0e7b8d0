"""The contract of a resolved change, for the commands that need one, and what a user is told when theirs is not it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from lineclear.battery.own import OWN_FOLDER
from lineclear.change.resolve import Resolved
from lineclear.cli.checks import battery_of, checks_at
from lineclear.contract.find import CONTRACT_FILE, find_contract
from lineclear.contract.load import Loaded, load_contract
from lineclear.contract.remote import NotFetched
from lineclear.contract.sources import Reader
from lineclear.errors import ContractError
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Problem
from lineclear.model.words import ContractSource

__all__ = ["CONTRACT_NOT_USED", "load_contract_for", "load_given", "loses_contract", "with_broken_contract"]

#: Said where the change brings the first contract, which therefore cannot be the one that judges it.
CONTRACT_NOT_USED = (
    f"The change brings a {CONTRACT_FILE}, but it is judged by the contract of its base, which has none yet.\n"
    f"  To use the change's own: lineclear verify --contract {CONTRACT_FILE}"
)

#: Said where a contract that was given may name a check that only the change has.
_NOT_YET = f"The change touches {OWN_FOLDER}/, which is read at its base: a check that it brings is not there yet."


def load_contract_for(resolved: Resolved, *, given: Path | None, definitions: Mapping[str, CheckDefinition]) -> Loaded:
    """Load the contract that a change is judged by. Raises ContractError, and UsageError for one that is not there."""
    base = resolved.change.base.commit
    try:
        return _load(given, lambda path: resolved.scratch.read(base, path), definitions)
    except ContractError as exc:
        touched = any(file.path.startswith(f"{OWN_FOLDER}/") for file in resolved.change.files or ())
        if given is None or not touched:
            raise
        raise ContractError(exc.what, where=exc.where, todo=f"{exc.todo}\n         {_NOT_YET}") from exc


def load_given(file: Path, *, definitions: Mapping[str, CheckDefinition]) -> Loaded:
    """Load a contract from a file, with what lies beside it. Raises ContractError, UsageError when it is not there."""
    return _load(file, lambda _: None, definitions)


def with_broken_contract(resolved: Resolved, loaded: Loaded) -> Resolved:
    """Return the change with what is wrong with the contract that it brings: it would judge every change after it.

    What that one extends elsewhere is fetched only where the base's contract extends it too.
    """
    merged = resolved.change.merge_commit
    if merged is None or not _touches_contract(resolved.change, loaded):
        return resolved
    try:
        definitions = battery_of(checks_at(resolved, merged)).definitions
        known = [inherited.uri for inherited in loaded.effective.extends]
        _load(None, lambda path: resolved.scratch.read(merged, path), definitions, fetch=known)
    except NotFetched as exc:
        return replace(resolved, change=resolved.change.model_copy(update={"unread_contract": str(exc)}))
    except ContractError as exc:
        problem = Problem(what=exc.what, where=exc.where, todo=exc.todo)
        return replace(resolved, change=resolved.change.model_copy(update={"broken_contract": problem}))
    return resolved


def _touches_contract(change: Change, loaded: Loaded) -> bool:
    files = {CONTRACT_FILE, *(inherited.uri for inherited in loaded.effective.extends)}
    return any(file.path in files or file.path.startswith(f"{OWN_FOLDER}/") for file in change.files or ())


def _load(
    given: Path | None,
    read: Reader,
    definitions: Mapping[str, CheckDefinition],
    fetch: Collection[str] | None = None,
) -> Loaded:
    found = find_contract(given=given, read=read)
    return load_contract(
        source=found.source, uri=found.uri, text=found.text, read=found.read, definitions=definitions, fetch=fetch
    )


def loses_contract(contract: EffectiveContract, change: Change) -> bool:
    """Say whether the built-in contract is used although the change brings one."""
    brought = any(file.path == CONTRACT_FILE for file in change.files or ())
    return contract.source is ContractSource.BUILTIN and brought
