"""The entrance of this room: from the text of a contract to the contract that a change is judged by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lineclear.contract.cel import Environment
from lineclear.contract.document import Path
from lineclear.contract.floor import loosened
from lineclear.contract.inherit import Layer, read_layers
from lineclear.contract.lint import lint
from lineclear.contract.merge import Merged, ancestry, merge
from lineclear.contract.problems import Problem, error_from
from lineclear.contract.sources import SHIPPED, Reader, Source
from lineclear.errors import ContractError
from lineclear.model.base import sha256
from lineclear.model.contract import EffectiveContract, Inherited
from lineclear.model.definition import CheckDefinition
from lineclear.model.words import ContractSource, Enforcement

__all__ = ["Loaded", "load_contract"]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A contract that is valid in every part.

    ``sources``: the bytes of every file that was read, by SHA-256. ``origins``: where each value was stated that is
    not a default, by its path (:mod:`lineclear.contract.origins`).
    """

    effective: EffectiveContract
    sources: dict[str, bytes]
    origins: Mapping[Path, str]


def load_contract(
    *,
    source: ContractSource,
    uri: str,
    text: bytes,
    read: Reader,
    definitions: Mapping[str, CheckDefinition],
    fetch: Collection[str] | None = None,
) -> Loaded:
    """Parse a contract, resolve what it extends, hold it against the definitions, and compile its expressions.

    ``uri`` is the contract's path in the tree that ``read`` reads, or a ``lineclear:`` name; it is stated in the
    verdict. ``fetch`` is as for :func:`~lineclear.contract.inherit.read_layers`. Raises :class:`ContractError` that
    lists what is wrong, so that nothing is found only when judging.
    """
    root = Source(uri=uri, text=text, path=None if uri.startswith(SHIPPED) else uri)
    layers = read_layers(root, read=read, fetch=fetch)
    merged = merge(layers)
    settled = lint(merged, definitions)
    if settled.problems:
        raise error_from(settled.problems, uri)
    problems = [*_floor_problems(layers, merged, definitions), *_expression_problems(merged)]
    if problems:
        raise error_from(problems, uri)
    inherited = [Inherited(uri=layer.uri, digest=sha256(layer.source.text)) for layer in layers[:-1]]
    effective = EffectiveContract(
        source=source,
        uri=uri,
        digest=sha256(text),
        extends=inherited,
        enforcement=merged.enforcement or Enforcement.ENFORCE,
        enforce_from=merged.enforce_from,
        project=settled.project,
        checks=settled.checks,
        invariants=[placed.item for placed in merged.invariants],
        budgets=[placed.item for placed in merged.budgets.values()],
        waivers=[placed.item for placed in merged.waivers],
        quarantine=[placed.item for placed in merged.quarantine],
    )
    sources = {sha256(layer.source.text): layer.source.text for layer in layers}
    return Loaded(effective=effective, sources=sources, origins=merged.origins)


def _floor_problems(
    layers: Sequence[Layer], merged: Merged, definitions: Mapping[str, CheckDefinition]
) -> list[Problem]:
    return [
        problem
        for layer in layers[:-1]
        if layer.file.enforcement is Enforcement.ENFORCE
        for problem in loosened(layer.uri, merge(ancestry(layers, layer.uri)), merged, definitions)
    ]


def _expression_problems(merged: Merged) -> list[Problem]:
    """Compile every expression once, to find what is wrong with it now."""
    environment = Environment()
    expressions: list[tuple[str, type[bool] | type[int], str]] = []
    for invariant in merged.invariants:
        expressions.append((invariant.item.require, bool, invariant.where("require")))
        if invariant.item.applies is not None:
            expressions.append((invariant.item.applies, bool, invariant.where("applies")))
    expressions += [(budget.item.of, int, budget.where("of")) for budget in merged.budgets.values()]
    problems = []
    for text, expected, where in expressions:
        try:
            environment.compile(text, expected=expected, where=where)
        except ContractError as exc:
            problems.append(Problem(what=exc.what, where=exc.where, todo=exc.todo))
    return problems
