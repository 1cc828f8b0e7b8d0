"""What an event says of a change, and what is made of an event that is not what GitHub sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lineclear.change.resolve import PullRequest
from lineclear.errors import UsageError
from lineclear.github.event import read_event

_BASE = "a" * 40
_PULL: dict[str, Any] = {
    "action": "synchronize",
    "pull_request": {
        "number": 7,
        "base": {"sha": _BASE, "ref": "main"},
        "head": {"ref": "agent/x", "sha": "b" * 40},
        "user": {"login": "copilot-swe-agent[bot]", "type": "Bot", "id": 1},
    },
}


def _env(tmp_path: Path, name: str, payload: Any) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(payload if isinstance(payload, str) else json.dumps(payload), encoding="utf-8")
    return {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "acme/orders"}


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_request_names_its_base_and_its_author(tmp_path: Path, name: str) -> None:
    assert read_event(_env(tmp_path, name, _PULL)) == PullRequest(
        number=7,
        base_sha=_BASE,
        login="copilot-swe-agent[bot]",
        login_type="Bot",
        head_ref="agent/x",
        repository="acme/orders",
    )


def test_a_pull_request_of_a_deleted_account_has_no_login(tmp_path: Path) -> None:
    event = read_event(_env(tmp_path, "pull_request", {"pull_request": {**_PULL["pull_request"], "user": None}}))
    assert event is not None
    assert (event.login, event.login_type) == (None, None)


def test_who_queued_or_pushed_a_change_is_not_taken_for_its_author(tmp_path: Path) -> None:
    queued = {"merge_group": {"base_sha": _BASE, "head_ref": "refs/heads/queue/main/pr-7"}, "sender": {"login": "a"}}
    event = read_event(_env(tmp_path, "merge_group", queued))
    expected: dict[str, Any] = {
        "number": None,
        "base_sha": _BASE,
        "login": None,
        "login_type": None,
        "repository": "acme/orders",
    }
    assert event == PullRequest(**expected, head_ref="queue/main/pr-7")
    pushed = {"ref": "refs/heads/main", "before": _BASE, "pusher": {"name": "a"}, "sender": {"login": "a"}}
    event = read_event(_env(tmp_path, "push", pushed))
    assert event == PullRequest(**expected, head_ref="main")


def test_the_first_push_of_a_branch_has_no_base(tmp_path: Path) -> None:
    event = read_event(_env(tmp_path, "push", {"ref": "refs/heads/x", "before": "0" * 40}))
    assert event is not None
    assert event.base_sha is None


def test_there_is_no_event_outside_github_or_for_other_triggers(tmp_path: Path) -> None:
    assert read_event({}) is None
    assert read_event(_env(tmp_path, "workflow_dispatch", {})) is None


@pytest.mark.parametrize(
    ("name", "payload", "says"),
    [
        ("pull_request", "{", "not JSON"),
        ("pull_request", "[" * 200_000, "not JSON"),
        ("pull_request", {}, "no valid pull_request"),
        ("pull_request", [], "no valid"),
        ("pull_request", {"pull_request": {**_PULL["pull_request"], "number": "7"}}, "pull_request.number"),
        (
            "pull_request",
            {"pull_request": {**_PULL["pull_request"], "base": {"sha": "--upload-pack=x"}}},
            "pull_request.base.sha",
        ),
        ("merge_group", {"merge_group": {"base_sha": "main", "head_ref": "x"}}, "merge_group.base_sha"),
        ("push", {"ref": "refs/heads/x"}, "before"),
    ],
)
def test_a_malformed_event_is_refused_with_what_is_wrong(tmp_path: Path, name: str, payload: Any, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_event(_env(tmp_path, name, payload))
    assert says in caught.value.what
    assert "GITHUB_EVENT_PATH" in caught.value.where
    assert caught.value.todo


def test_a_missing_event_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_event({"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(tmp_path / "none")})
