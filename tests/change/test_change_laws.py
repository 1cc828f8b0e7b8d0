"""Laws of the pure functions: kinds of paths, authorship, the name of a repository."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineclear.change.authorship import Commit, find_author
from lineclear.change.identity import repository_name
from lineclear.change.kinds import path_kind
from lineclear.model.words import AuthorKind, PathKind

PARTS = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
TEXT = st.text(max_size=60)
COMMITS = st.lists(
    st.builds(Commit, author_name=TEXT, author_email=TEXT, committer_name=TEXT, committer_email=TEXT, message=TEXT),
    max_size=4,
)
LOGIN_TYPES = st.sampled_from(["User", "Bot", "Organization", None])

MARKED = [
    ("trailer", "Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>", "claude"),
    ("squashed", "Fix (#1)\r\n\r\n* Co-x\r\nco-authored-by: Cursor <CursorAgent@cursor.com>\r\n\r\nmore", "cursor"),
    ("bare", "Fix\n\nCo-authored-by: noreply@openai.com", "codex"),
    ("numbered", "Fix\n\nCo-authored-by: X <198982749+Renamed@users.noreply.github.com>", "copilot"),
    ("aider", "Fix\n\nCo-authored-by: aider (m) <noreply@aider.chat>", "aider"),
    ("logs", "Fix\n\nAgent-Logs-Url: https://example.com/1", "copilot"),
    ("session", "Fix\n\nClaude-Session: 1", "claude"),
    ("made with", "Fix\n\nMade-with: Cursor", "cursor"),
    ("replit", "Fix\n\nReplit-Commit-Author: Agent", "replit"),
    ("assisted", "Fix\n\nAssisted-by: a model", None),
]


def _commit(message: str = "Fix", *, author: str = "ada@example.com", committer: str = "ada@example.com") -> Commit:
    return Commit(
        author_name="Ada", author_email=author, committer_name="Ada", committer_email=committer, message=message
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/shop/totals.py", PathKind.SOURCE),
        ("docs/conf.py", PathKind.SOURCE),
        ("tests/test_totals.py", PathKind.TEST),
        ("tests/data/orders.json", PathKind.TEST),
        ("conftest.py", PathKind.TEST),
        ("web/cart.test.ts", PathKind.TEST),
        ("pyproject.toml", PathKind.DEPENDENCY),
        ("libs/core/uv.lock", PathKind.DEPENDENCY),
        ("tests/requirements.txt", PathKind.DEPENDENCY),
        ("requirements/dev.txt", PathKind.DEPENDENCY),
        ("web/package-lock.json", PathKind.DEPENDENCY),
        ("go.sum", PathKind.DEPENDENCY),
        ("api/openapi.yaml", PathKind.API_DOCUMENT),
        ("proto/shop/v1/order.proto", PathKind.API_DOCUMENT),
        ("schema.graphql", PathKind.API_DOCUMENT),
        (".github/workflows/ci.yml", PathKind.CONTROL_PLANE),
        (".github/CODEOWNERS", PathKind.CONTROL_PLANE),
        ("lineclear.yaml", PathKind.CONTROL_PLANE),
        ("noxfile.py", PathKind.CONTROL_PLANE),
        ("sub/.gitattributes", PathKind.CONTROL_PLANE),
        ("AGENTS.md", PathKind.CONTROL_PLANE),
        (".cursor/rules/x.mdc", PathKind.CONTROL_PLANE),
        (".gitlab-ci.yml", PathKind.CONTROL_PLANE),
        ("Dockerfile", PathKind.CONFIGURATION),
        ("tox.ini", PathKind.CONFIGURATION),
        ("config/settings.yaml", PathKind.CONFIGURATION),
        (".semgrepignore", PathKind.CONFIGURATION),
        ("data/prices.yaml", PathKind.DATA),
        ("schemas/order.json", PathKind.DATA),
        ("README.md", PathKind.DOCUMENTATION),
        ("docs/picture.png", PathKind.DOCUMENTATION),
        ("LICENSE", PathKind.DOCUMENTATION),
        ("logo.png", PathKind.OTHER),
        ("unknown", PathKind.OTHER),
    ],
)
def test_a_path_has_the_kind_that_matters_most(path: str, kind: PathKind) -> None:
    assert path_kind(path) is kind


@given(PATHS)
def test_every_path_has_a_kind_whatever_its_letter_case(path: str) -> None:
    assert path_kind(path) is path_kind(path.lower())


@given(PATHS, st.sampled_from([".github", ".circleci", "x/.cursor"]))
def test_nothing_inside_a_control_folder_is_anything_else(path: str, folder: str) -> None:
    assert path_kind(f"{folder}/{path}") is PathKind.CONTROL_PLANE


@given(PATHS, st.sampled_from(["noxfile.py", "CODEOWNERS", "uv.lock", "package.json"]))
def test_no_folder_hides_the_control_plane_or_a_lock(path: str, name: str) -> None:
    assert path_kind(f"{path}/{name}") in (PathKind.CONTROL_PLANE, PathKind.DEPENDENCY)


@pytest.mark.parametrize(("message", "agent"), [case[1:] for case in MARKED], ids=[case[0] for case in MARKED])
def test_each_marker_of_a_message_is_found(message: str, agent: str | None) -> None:
    author = find_author([_commit(), _commit(message)], login="ada", login_type="User")
    assert (author.kind, author.agent, len(author.signals)) == (AuthorKind.AGENT, agent, 1)


@pytest.mark.parametrize(
    ("email", "agent"),
    [
        ("209825114+claude[bot]@users.noreply.github.com", "claude"),
        ("215057067+openai-codex[bot]@users.noreply.github.com", "codex"),
        ("noreply@anthropic.com", "claude"),
        ("1+devin-ai-integration[bot]@users.noreply.github.com", "devin"),
    ],
)
def test_an_agents_address_as_author_or_committer_is_found(email: str, agent: str) -> None:
    assert find_author([_commit(author=email)]).agent == agent
    assert find_author([_commit(committer=email)]).agent == agent


@pytest.mark.parametrize(
    ("login", "branch", "agent"),
    [
        ("copilot-swe-agent[bot]", "main", "copilot"),
        ("devin-ai-integration[bot]", None, "devin"),
        (None, "codex/fix-totals", "codex"),
        (None, "ai/fix", None),
    ],
)
def test_login_and_branch_are_signals(login: str | None, branch: str | None, agent: str | None) -> None:
    author = find_author([_commit()], login=login, login_type="Bot", branch=branch)
    assert (author.kind, author.agent) == (AuthorKind.AGENT, agent)


@pytest.mark.parametrize(
    "commit",
    [
        _commit("Fix\n\nCo-authored-by: Claude Monet <claude@example.com>"),
        _commit("Describe the claude-session header\n\nSee cursor/ and made-with: love"),
        _commit(author="12345+claude@users.noreply.github.com", committer="noreply@github.com"),
    ],
)
def test_a_person_who_is_called_like_an_agent_is_none(commit: Commit) -> None:
    author = find_author([commit], login="claude", login_type="User", branch="fix/ai/claude")
    assert (author.kind, author.signals) == (AuthorKind.HUMAN, [])


@given(COMMITS, LOGIN_TYPES, st.one_of(st.none(), TEXT))
def test_human_needs_a_user_of_the_forge_and_work_that_was_committed(
    commits: list[Commit], login_type: str | None, login: str | None
) -> None:
    assert find_author(commits, login=login, login_type=login_type, uncommitted=True).kind is not AuthorKind.HUMAN
    found = find_author(commits, login=login, login_type=login_type)
    assert (found.kind is AuthorKind.HUMAN) <= (login_type == "User" and bool(login) and not found.signals)
    assert (found.kind is AuthorKind.AGENT) == bool(found.signals)


@given(COMMITS, st.sampled_from(MARKED), st.integers(0, 4), LOGIN_TYPES)
def test_adding_a_marked_commit_anywhere_makes_an_agent(
    commits: list[Commit], marked: tuple[str, str, str | None], at: int, login_type: str | None
) -> None:
    with_marker = [*commits[:at], _commit(marked[1]), *commits[at:]]
    assert find_author(with_marker, login="ada", login_type=login_type).kind is AuthorKind.AGENT
    assert find_author(with_marker) == find_author(list(reversed(with_marker)))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Acme/shop.git", "github.com/Acme/shop"),
        ("https://x-access-token:ghs_secret@github.com/acme/shop", "github.com/acme/shop"),
        ("git@github.com:acme/shop.git", "github.com/acme/shop"),
        ("ssh://git@git.example.com:2222/acme/shop.git/", "git.example.com:2222/acme/shop"),
        ("ssh://git@git.example.com:22/acme/shop", "git.example.com/acme/shop"),
        ("https://git.example.com/acme/shop?private_token=secret#x", "git.example.com/acme/shop"),
        ("user:secret@host:acme/shop.git", "host/acme/shop"),
        ("/home/ada/code/shop", "file:here"),
        ("../shop.git", "file:here"),
        ("file:///home/ada/code/shop", "file:here"),
        ("ext::sh -c 'cat secret'", "file:here"),
        ("https://[broken/acme", "file:here"),
        ("", "file:here"),
        (None, "file:here"),
    ],
)
def test_a_repository_is_named_by_host_and_path(url: str | None, name: str) -> None:
    assert repository_name(url, folder="here") == name


@given(
    st.sampled_from(["https://{}@example.com/a/b", "ssh://{}@example.com/a/b", "{}@example.com:a/b"]),
    st.text("abcXYZ019_-~.", min_size=8),
    st.text("abc", max_size=5),
)
def test_no_credential_of_a_url_survives(shape: str, secret: str, user: str) -> None:
    for credentials in (secret, f"{user}:{secret}"):
        assert repository_name(shape.format(credentials), folder="here") in ("example.com/a/b", "file:here")
