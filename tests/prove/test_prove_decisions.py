"""The decision log: every decision once, in order, and a root that holds the log, its order and its end."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prove_bundle import judge_small, make_bundle, make_change, make_contract, make_finding, make_plan

from lineclear.model.words import Level
from lineclear.prove.decisions import Decision, DecisionKind, decisions, write_log
from lineclear.prove.merkle import merkle_root

LEAVES = st.lists(st.binary(max_size=8), max_size=70)


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word: split at the largest power of two smaller than n."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


@given(LEAVES)
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == tree_hash(leaves).hex()


def test_the_root_of_no_leaves_is_the_digest_of_nothing() -> None:
    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()


@given(LEAVES.filter(bool), st.data())
def test_a_cut_tail_and_a_changed_order_change_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    assert merkle_root(leaves[: data.draw(st.integers(0, len(leaves) - 1))]) != merkle_root(leaves)
    other = data.draw(st.permutations(leaves))
    assert (merkle_root(other) == merkle_root(leaves)) == (other == leaves)


@given(st.lists(st.builds(Decision, kind=st.sampled_from(DecisionKind), about=st.text(), decided=st.text())))
def test_a_log_has_one_line_for_each_decision(entries: list[Decision]) -> None:
    log = write_log(entries)
    lines = log.data.split(b"\n")
    assert lines.pop() == b""
    assert [Decision.model_validate_json(line) for line in lines] == entries
    assert (log.tree_size, log.merkle_root) == (len(entries), merkle_root(lines))
    assert log.sha256 == hashlib.sha256(log.data).hexdigest()


def test_every_decision_is_there_in_order(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, findings=[make_finding(Level.ERROR)])
    entries = decisions(make_change(), make_contract(), make_plan(), judge_small(bundle))
    assert [(entry.kind.value, entry.about, entry.decided) for entry in entries] == [
        ("contract", "lineclear.yaml", "base"),
        ("inherited", "lineclear:agent-pr", "read"),
        ("enforcement", "lineclear.yaml", "enforce"),
        ("revision", "base", "b" * 40),
        ("revision", "head", "d" * 40),
        ("merge", "a" * 40, "merged"),
        ("author", "robo", "agent"),
        ("plan", "bandit", "planned"),
        ("plan", "pytest", "planned"),
        ("plan", "semgrep", "notApplicable"),
        ("check", "bandit", "failed"),
        ("check", "pytest", "passed"),
        ("check", "semgrep", "notApplicable"),
        ("finding", "bandit", "new"),
        ("invariant", "small", "held"),
        ("budget", "size", "within"),
        ("waiver", "7" * 64, "unused"),
        ("reason", "bandit", "fail"),
        ("outcome", "verdict", "fail"),
    ]
    finding = next(entry for entry in entries if entry.kind is DecisionKind.FINDING)
    assert (finding.reason, finding.digest) == ("error B102 at app.py:7", "5" * 64)


def test_a_conflict_and_a_partial_verdict_are_decisions(tmp_path: Path) -> None:
    verdict = judge_small(make_bundle(tmp_path, conflict=True, partial=True))
    change, plan = make_change(conflict=True), make_plan(conflict=True, partial=True)
    told = {(e.kind.value, e.about): e for e in decisions(change, make_contract(), plan, verdict)}
    merge = told["merge", "base and head"]
    assert (merge.decided, merge.reason, merge.digest) == ("conflict", "Both sides changed app.py.", None)
    assert told["plan", "bandit"].decided == "notRun"
    assert told["plan", "semgrep"].decided == "skipped"
    assert told["budget", "size"].decided == "unmeasured"
    assert told["outcome", "partial verdict"].decided == "fail"


def test_lines_are_compact_and_sorted(tmp_path: Path) -> None:
    verdict = judge_small(make_bundle(tmp_path))
    log = write_log(decisions(make_change(), make_contract(), make_plan(), verdict))
    first = log.data.split(b"\n")[0].decode()
    assert first == json.dumps(json.loads(first), sort_keys=True, separators=(",", ":"))
    assert write_log(decisions(make_change(), make_contract(), make_plan(), verdict)) == log


@pytest.mark.parametrize("size", [1, 2, 7])
def test_leaves_and_nodes_are_told_apart(size: int) -> None:
    # A tree that hashed both alike would have the same root for a list and for the list of its nodes.
    leaves = [bytes([number]) for number in range(size)]
    assert merkle_root(leaves) != merkle_root([hashlib.sha256(leaf).digest() for leaf in leaves])
