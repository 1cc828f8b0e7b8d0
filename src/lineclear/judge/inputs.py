"""What the judge judges: the inputs and the evidence of one bundle, as values."""

from __future__ import annotations

from dataclasses import dataclass

from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.evidence import Evidence
from lineclear.model.plan import Plan
from lineclear.model.verdict import EvidenceRef
from lineclear.model.words import TreeName

__all__ = ["Inputs", "Item"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One piece of evidence with its place in the bundle."""

    evidence: Evidence
    ref: EvidenceRef


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything that a verdict may depend on."""

    change: Change
    contract: EffectiveContract
    plan: Plan
    evidence: dict[tuple[str, TreeName], Item]

    def get(self, check: str, tree: TreeName) -> Item | None:
        """Return the evidence of one run, or None when there is none."""
        return self.evidence.get((check, tree))

    def renames(self) -> dict[str, str]:
        """Return old path → new path of the renamed files."""
        return {f.old_path: f.path for f in self.change.files or () if f.old_path is not None}

    def changed_paths(self) -> frozenset[str]:
        """Return the paths of the merge result that the change touches."""
        return frozenset(f.path for f in self.change.files or ())
