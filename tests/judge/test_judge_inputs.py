"""Inputs that contradict each other give no verdict, and a bundle is read without following links."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from judge_factory import (
    BASE,
    CHANGED,
    MERGED,
    SELECTED,
    evidence,
    invariant,
    make_change,
    make_inputs,
    planned,
    raw,
    run,
)

from lineclear.errors import BundleError
from lineclear.judge.bundle import judge_bundle, read_inputs
from lineclear.judge.inputs import Inputs
from lineclear.judge.judge import judge
from lineclear.judge.outcome import PRECEDENCE, exit_code, most_severe
from lineclear.model.bundle import CHANGE, CONTRACT, PLAN
from lineclear.model.plan import PlannedRun
from lineclear.model.words import Enforcement, Outcome


def good() -> Inputs:
    return make_inputs(
        [planned("scan", base=CHANGED), planned("tool")],
        [*run("scan", [raw()], [raw()]), *run("tool")],
        invariants=[invariant("change.lines < 99")],
    )


def with_change(**update: Any) -> Callable[[Inputs], Inputs]:
    return lambda inputs: dataclasses.replace(inputs, change=inputs.change.model_copy(update=update))


def with_plan(**update: Any) -> Callable[[Inputs], Inputs]:
    return lambda inputs: dataclasses.replace(inputs, plan=inputs.plan.model_copy(update=update))


def with_planned(**update: Any) -> Callable[[Inputs], Inputs]:
    """Change the plan's first check."""

    def change(inputs: Inputs) -> Inputs:
        first, *rest = inputs.plan.checks
        return with_plan(checks=[first.model_copy(update=update), *rest])(inputs)

    return change


CONTRADICTIONS: dict[str, Callable[[Inputs], Inputs]] = {
    "a merge result without files": with_change(files=None),
    "files without a merge result": with_change(merge_tree=None),
    "conflicts and a merge result": with_change(conflicts=make_change(conflicts=["a.py"]).conflicts),
    "no files, and another tree than the base's": with_change(files=[]),
    "a plan that leaves a check out": lambda i: with_plan(checks=i.plan.checks[1:])(i),
    "a plan that has one more": lambda i: with_plan(checks=[*i.plan.checks, planned("more")])(i),
    "a plan that has one twice": lambda i: with_plan(checks=[*i.plan.checks, i.plan.checks[0]])(i),
    "a plan that makes one optional": with_planned(required=False),
    "a plan that only reports one": with_planned(enforcement=Enforcement.REPORT),
    "a plan that selects a part and runs all": with_planned(selection=["a.py"]),
    "a plan that runs a part and selects none": with_planned(run=PlannedRun(merged=SELECTED, base=None)),
    "a plan with other settings": with_planned(settings={"skips": ["B101"]}),
    "a plan with another definition": with_planned(use="other"),
    "a plan with another time limit": with_planned(seconds=1),
    "a plan without a time": with_plan(now="yesterday"),
    "evidence of another check": lambda i: dataclasses.replace(
        i, evidence={**i.evidence, ("scan", MERGED): i.evidence["tool", MERGED]}
    ),
    "evidence of the other tree": lambda i: dataclasses.replace(
        i, evidence={**i.evidence, ("scan", MERGED): i.evidence["scan", BASE]}
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_refused(name: str) -> None:
    inputs = good()
    with pytest.raises(BundleError):
        CONTRADICTIONS[name](inputs)


class TestBundle:
    """A bundle's folder."""

    def write(self, folder: Path, inputs: Inputs) -> Path:
        files = {CHANGE: inputs.change, CONTRACT: inputs.contract, PLAN: inputs.plan}
        content = {path: model.canonical() for path, model in files.items()}
        content |= {item.ref.path: item.evidence.canonical() for item in inputs.evidence.values()}
        for path, data in content.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder

    def test_it_is_read_back_as_it_was_judged(self, tmp_path: Path) -> None:
        inputs = good()
        bundle = self.write(tmp_path, inputs)
        assert read_inputs(bundle) == inputs
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert judge_bundle(bundle).canonical() == judge(inputs).canonical()
        assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    @pytest.mark.parametrize("path", [CHANGE, CONTRACT, PLAN])
    def test_an_input_that_is_missing_is_no_verdict(self, path: str, tmp_path: Path) -> None:
        bundle = self.write(tmp_path, good())
        (bundle / path).unlink()
        with pytest.raises(BundleError):
            judge_bundle(bundle)

    def test_missing_evidence_is_a_missing_check(self, tmp_path: Path) -> None:
        bundle = self.write(tmp_path, good())
        (bundle / "evidence/tool/merged/evidence.json").unlink()
        assert judge_bundle(bundle).outcome is Outcome.ERROR

    @pytest.mark.parametrize("cut", [PLAN, "evidence/tool/merged/evidence.json", "evidence/tool", "evidence", "inputs"])
    def test_no_link_is_followed(self, cut: str, tmp_path: Path) -> None:
        bundle = self.write(tmp_path / "bundle", good())
        (bundle / cut).rename(tmp_path / "elsewhere")
        (bundle / cut).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(BundleError, match="is a link"):
            judge_bundle(bundle)

    def test_a_link_to_nowhere_is_not_missing_evidence(self, tmp_path: Path) -> None:
        bundle = self.write(tmp_path, good())
        file = bundle / "evidence/scan/base/evidence.json"
        file.unlink()
        file.symlink_to(tmp_path / "nowhere")
        with pytest.raises(BundleError):
            judge_bundle(bundle)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            evidence("other", MERGED).canonical(),
            evidence("tool", BASE).canonical(),
            evidence("tool", MERGED).canonical().replace(b'"findings": []', b'"findings": null'),
            evidence("tool", MERGED).canonical().replace(b'"completed"', b'"passed"'),
            evidence("tool", MERGED).canonical().replace(b'"signal"', b'"signals"'),
        ],
    )
    def test_evidence_that_is_none_is_no_verdict(self, content: bytes, tmp_path: Path) -> None:
        bundle = self.write(tmp_path, good())
        (bundle / "evidence/tool/merged/evidence.json").write_bytes(content)
        with pytest.raises(BundleError):
            judge_bundle(bundle)

    def test_evidence_that_the_plan_does_not_know_is_not_read(self, tmp_path: Path) -> None:
        bundle = self.write(tmp_path, good())
        (bundle / "evidence/more/merged").mkdir(parents=True)
        (bundle / "evidence/more/merged/evidence.json").write_text(json.dumps({"anything": 1}))
        assert judge_bundle(bundle).outcome is Outcome.PASS


def test_precedence_and_exit_codes_are_those_of_the_table() -> None:
    assert PRECEDENCE == (Outcome.ERROR, Outcome.FAIL, Outcome.REVIEW, Outcome.PASS)
    codes = {outcome: exit_code(outcome, Enforcement.ENFORCE) for outcome in Outcome}
    assert codes == {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.REVIEW: 3, Outcome.ERROR: 4}
    assert {exit_code(outcome, Enforcement.REPORT) for outcome in Outcome} == {0}
    assert most_severe(reversed(PRECEDENCE)) is Outcome.ERROR
    assert most_severe([Outcome.REVIEW, Outcome.PASS]) is Outcome.REVIEW
    assert most_severe([]) is Outcome.PASS
