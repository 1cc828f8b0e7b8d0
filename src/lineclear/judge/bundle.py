"""Reads what the judge needs from a bundle's folder, without following links, and judges it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from lineclear.errors import BundleError
from lineclear.judge.inputs import Inputs, Item
from lineclear.judge.judge import judge
from lineclear.model.base import Model, sha256
from lineclear.model.bundle import CHANGE, CONTRACT, PLAN, evidence_folder
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.evidence import Evidence
from lineclear.model.plan import Plan
from lineclear.model.verdict import EvidenceRef, Verdict
from lineclear.model.words import TreeName

__all__ = ["judge_bundle", "read_inputs"]

M = TypeVar("M", bound=Model)


def judge_bundle(bundle: Path) -> Verdict:
    """Derive the verdict of a bundle again. Writes nothing.

    Raises :class:`BundleError` when an input is missing or is not what it should be.
    """
    return judge(read_inputs(bundle))


def read_inputs(bundle: Path) -> Inputs:
    """Return the inputs and the evidence of a bundle, as values."""
    plan = _model(bundle, PLAN, Plan)
    evidence: dict[tuple[str, TreeName], Item] = {}
    again: dict[tuple[str, TreeName, int], Item] = {}
    for planned in plan.checks:
        for tree in TreeName:
            first = _item(bundle, planned.id, tree, None)
            if first is not None:
                evidence[planned.id, tree] = first
            for number in range(1, (planned.reruns.times if planned.reruns is not None else 0) + 1):
                item = _item(bundle, planned.id, tree, number)
                if item is not None:
                    again[planned.id, tree, number] = item
    return Inputs(
        change=_model(bundle, CHANGE, Change),
        contract=_model(bundle, CONTRACT, EffectiveContract),
        plan=plan,
        evidence=evidence,
        again=again,
    )


def _item(bundle: Path, check: str, tree: TreeName, again: int | None) -> Item | None:
    """Return the evidence of one run, or None where there is none."""
    path = f"{evidence_folder(check, tree, again)}/evidence.json"
    if not os.path.lexists(bundle / path):
        return None
    content = _read(bundle, path)
    ref = EvidenceRef(path=path, digest=sha256(content))
    return Item(evidence=_parse(content, path, Evidence), ref=ref)


def _model(bundle: Path, path: str, model: type[M]) -> M:
    return _parse(_read(bundle, path), path, model)


def _read(bundle: Path, path: str) -> bytes:
    file = bundle / path
    steps = [file, *file.parents][: len(Path(path).parts)]
    if any(step.is_symlink() for step in steps) or not file.is_file():
        raise BundleError(
            "a file of the bundle is missing or is a link",
            where=path,
            todo="Point at the folder that `lineclear verify --out` wrote; it must be complete.",
        )
    return file.read_bytes()


def _parse(content: bytes, path: str, model: type[M]) -> M:
    try:
        return model.model_validate_json(content)
    except ValidationError as exc:
        first = exc.errors()[0]
        raise BundleError(
            f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}",
            where=path,
            todo="Use the version of Lineclear that wrote the bundle; if it is the same, the file was altered.",
        ) from exc
