"""Read the event that a GitHub workflow runs for: which pull request, on what base, by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lineclear.change.resolve import PullRequest
from lineclear.errors import UsageError

__all__ = ["read_event"]

# GitHub caps a webhook's payload at 25 MB.
_SIZE = 25 * 1024 * 1024
_SHA = r"^[0-9a-f]{40}([0-9a-f]{24})?$"


class _Payload(BaseModel):
    """A part of GitHub's payload: keys that are not used here are GitHub's business."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _User(_Payload):
    login: str = Field(min_length=1)
    type: str = Field(min_length=1)


class _Base(_Payload):
    sha: str = Field(pattern=_SHA)


class _Head(_Payload):
    ref: str = Field(min_length=1)


class _PullRequest(_Payload):
    number: int = Field(ge=1)
    base: _Base
    head: _Head
    user: _User | None


class _PullRequestEvent(_Payload):
    pull_request: _PullRequest


class _MergeGroup(_Payload):
    base_sha: str = Field(pattern=_SHA)
    head_ref: str = Field(min_length=1)


class _MergeGroupEvent(_Payload):
    merge_group: _MergeGroup


class _PushEvent(_Payload):
    ref: str = Field(min_length=1)
    before: str = Field(pattern=_SHA)


def read_event(env: Mapping[str, str]) -> PullRequest | None:
    """Return what the event says of the change, or None outside GitHub and for events that carry no change.

    For ``push`` and ``merge_group`` the login is not known: who pushed or queued a change need not have written it.
    Raises UsageError for an event file that cannot be read or does not hold what GitHub puts there.
    """
    name = env.get("GITHUB_EVENT_NAME", "")
    path = env.get("GITHUB_EVENT_PATH", "")
    readers = {
        "pull_request": _pull_request,
        "pull_request_target": _pull_request,
        "merge_group": _merge_group,
        "push": _push,
    }
    if name not in readers or not path:
        return None
    repository = env.get("GITHUB_REPOSITORY") or None
    try:
        return readers[name](_load(Path(path)), repository)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _malformed(f"the event {name} has no valid {key}: {first['msg']}", path) from exc


def _pull_request(payload: Any, repository: str | None) -> PullRequest:
    found = _PullRequestEvent.model_validate(payload).pull_request
    return PullRequest(
        number=found.number,
        base_sha=found.base.sha,
        login=found.user.login if found.user else None,
        login_type=found.user.type if found.user else None,
        head_ref=found.head.ref,
        repository=repository,
    )


def _merge_group(payload: Any, repository: str | None) -> PullRequest:
    found = _MergeGroupEvent.model_validate(payload).merge_group
    return PullRequest(
        number=None,
        base_sha=found.base_sha,
        login=None,
        login_type=None,
        head_ref=found.head_ref.removeprefix("refs/heads/"),
        repository=repository,
    )


def _push(payload: Any, repository: str | None) -> PullRequest:
    found = _PushEvent.model_validate(payload)
    created = set(found.before) == {"0"}
    return PullRequest(
        number=None,
        base_sha=None if created else found.before,
        login=None,
        login_type=None,
        head_ref=found.ref.removeprefix("refs/heads/"),
        repository=repository,
    )


def _load(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            raw = file.read(_SIZE + 1)
    except OSError as exc:
        raise _malformed(f"the event file cannot be read: {exc.strerror}", str(path)) from exc
    if len(raw) > _SIZE:
        raise _malformed(f"the event file is larger than {_SIZE} bytes", str(path))
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise _malformed(f"the event file is not JSON: {exc}", str(path)) from exc


def _malformed(what: str, path: str) -> UsageError:
    return UsageError(
        what,
        where=f"GITHUB_EVENT_PATH={path}",
        todo="Run under GitHub Actions as it sets the variable, or unset GITHUB_EVENT_NAME and pass --base.",
    )
