"""Where each file of a bundle is, relative to the bundle's folder (docs/architecture.md)."""

from __future__ import annotations

from lineclear.model.words import TreeName

__all__ = [
    "CHANGE",
    "CHECK_DEFINITIONS",
    "CONTRACT",
    "CONTRACT_SOURCES",
    "DECISIONS",
    "EVIDENCE",
    "IGNORE",
    "MANIFEST",
    "PLAN",
    "REPAIR",
    "SARIF",
    "STATEMENTS",
    "SUMMARY",
    "VERDICT",
    "VERDICT_STATEMENT",
    "evidence_folder",
    "evidence_statement",
]

CHANGE = "inputs/change.json"
CONTRACT = "inputs/contract.json"
CONTRACT_SOURCES = "inputs/contract-sources"
CHECK_DEFINITIONS = "inputs/check-definitions"
"""The definitions of checks that are the repository's own, each named by its SHA-256."""
PLAN = "inputs/plan.json"
EVIDENCE = "evidence"
STATEMENTS = "statements"
VERDICT = "verdict.json"
DECISIONS = "decisions.jsonl"
MANIFEST = "manifest.json"
IGNORE = ".gitignore"
"""Keeps git from seeing the folder where it was written. No part of the bundle: uploads leave hidden files out."""
SARIF = "verdict.sarif"
SUMMARY = "summary.md"
REPAIR = "repair.md"
VERDICT_STATEMENT = f"{STATEMENTS}/verdict.dsse.json"


def evidence_folder(check: str, tree: TreeName, again: int | None = None) -> str:
    """Return the folder of one run; it holds ``evidence.json`` and the tool's raw output.

    ``again`` is the number of a run that repeats what failed in the first one: ``again-1``, ``again-2``.
    """
    folder = f"{EVIDENCE}/{check}/{tree.value}"
    return folder if again is None else f"{folder}/again-{again}"


def evidence_statement(check: str, tree: TreeName) -> str:
    """Return the path of the statement about one run."""
    return f"{STATEMENTS}/{check}.{tree.value}.dsse.json"
