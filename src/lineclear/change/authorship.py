"""Say who wrote a change, from what its commits and its pull request say of themselves.

Every marker can be forged or stripped. So they only tighten: one signal makes an agent; a person is assumed only
where the forge itself says that a user opened the pull request and nothing speaks for an agent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lineclear.model.change import Author
from lineclear.model.words import AuthorKind

__all__ = ["Commit", "find_author"]


@dataclass(frozen=True, kw_only=True)
class Commit:
    """What a commit says of itself."""

    author_name: str
    author_email: str
    committer_name: str
    committer_email: str
    message: str


@dataclass(frozen=True, kw_only=True, order=True)
class _Signal:
    rank: int  # how directly it names the agent; the smallest names the change's agent
    text: str
    agent: str | None


# Logins of a forge, without "[bot]" and in lower case.
_LOGINS = {
    "amazon-q-developer": "amazon-q",
    "chatgpt-codex-connector": "codex",
    "claude": "claude",
    "cline": "cline",
    "copilot": "copilot",
    "copilot-swe-agent": "copilot",
    "cursor": "cursor",
    "cursoragent": "cursor",
    "devin-ai-integration": "devin",
    "gemini-code-assist": "gemini",
    "google-labs-jules": "jules",
    "jetbrains-ai": "jetbrains-ai",
    "openai-codex": "codex",
}
# The number before "+" in an address of users.noreply.github.com: it stays when an account is renamed.
_ACCOUNTS = {
    "158243242": "devin",
    "161369871": "jules",
    "167198135": "copilot",
    "176961590": "gemini",
    "198982749": "copilot",
    "199175422": "codex",
    "205137888": "cline",
    "206951365": "cursor",
    "208079219": "amazon-q",
    "209825114": "claude",
    "215057067": "codex",
    "220155983": "jetbrains-ai",
}
_ADDRESSES = {
    "copilot@github.com": "copilot",
    "cursoragent@cursor.com": "cursor",
    "noreply@aider.chat": "aider",
    "noreply@anthropic.com": "claude",
    "noreply@openai.com": "codex",
}
_BRANCHES = {
    "ai/": None,
    "claude/": "claude",
    "codex/": "codex",
    "copilot/": "copilot",
    "cursor/": "cursor",
    "devin/": "devin",
}
# Lines of a message, wherever they stand: squashing moves trailers into the middle.
_LINES = (
    (re.compile(r"^agent-logs-url:", re.I | re.M), "Agent-Logs-Url", "copilot"),
    (re.compile(r"^claude-session:", re.I | re.M), "Claude-Session", "claude"),
    (re.compile(r"^made-with:[ \t]*cursor\b", re.I | re.M), "Made-with: Cursor", "cursor"),
    (re.compile(r"^replit-commit-author:[ \t]*agent\b", re.I | re.M), "Replit-Commit-Author: Agent", "replit"),
    (re.compile(r"^assisted-by:", re.I | re.M), "Assisted-by", None),
    (re.compile(r"\bgenerated with \[?claude code\b", re.I), "Generated with Claude Code", "claude"),
)
_CO_AUTHOR = re.compile(r"^[ \t]*co-authored-by:([^\r\n]*)", re.I | re.M)
_NOREPLY = re.compile(r"(?:(\d+)\+)?(.+)@users\.noreply\.github\.com")


def find_author(
    commits: Sequence[Commit],
    *,
    login: str | None = None,
    login_type: str | None = None,
    branch: str | None = None,
    uncommitted: bool = False,
) -> Author:
    """Return the author of a change.

    ``login`` and ``login_type`` are the pull request's, as the forge states them; ``branch`` is the head's. Work that
    nobody committed yet has no author to speak of, so that with ``uncommitted`` the kind is never human. Addresses
    of people are not repeated in the signals.
    """
    signals = sorted({*_of_login(login), *_of_branch(branch), *(s for commit in commits for s in _of_commit(commit))})
    if signals:
        kind = AuthorKind.AGENT
    elif login and login_type == "User" and not uncommitted:
        kind = AuthorKind.HUMAN
    else:
        kind = AuthorKind.UNKNOWN
    agent = next((signal.agent for signal in signals if signal.agent is not None), None)
    return Author(login=login, kind=kind, agent=agent, signals=list(dict.fromkeys(signal.text for signal in signals)))


def _of_login(login: str | None) -> Iterator[_Signal]:
    agent = _LOGINS.get((login or "").lower().removesuffix("[bot]"))
    # "claude" without "[bot]" may be somebody's name; the forge says "[bot]" or, for one product, "Copilot".
    if login and agent and (login.endswith("[bot]") or agent == "copilot"):
        yield _Signal(rank=0, text=f"pull request by {login}", agent=agent)


def _of_branch(branch: str | None) -> Iterator[_Signal]:
    for prefix, agent in _BRANCHES.items():
        if (branch or "").lower().startswith(prefix):
            yield _Signal(rank=3, text=f"branch {prefix}", agent=agent)


def _of_commit(commit: Commit) -> Iterator[_Signal]:
    people = (
        ("author", commit.author_name, commit.author_email),
        ("committer", commit.committer_name, commit.committer_email),
    )
    for role, name, email in people:
        agent = _agent_of_address(email)
        if agent is not None:
            yield _Signal(rank=1, text=f"{role} is {agent}", agent=agent)
        if name.lower().endswith("(aider)"):
            yield _Signal(rank=1, text=f"{role} is aider", agent="aider")
    for person in _CO_AUTHOR.findall(commit.message):
        agent = next(filter(None, map(_agent_of_address, re.split(r"[\s<>]+", person))), None)
        if agent is not None:
            yield _Signal(rank=2, text=f"trailer Co-Authored-By: {agent}", agent=agent)
    for pattern, name, agent in _LINES:
        if pattern.search(commit.message):
            yield _Signal(rank=2, text=f"message {name}", agent=agent)


def _agent_of_address(email: str) -> str | None:
    address = email.strip().lower()
    if address in _ADDRESSES:
        return _ADDRESSES[address]
    noreply = _NOREPLY.fullmatch(address)
    if noreply is None:
        return None
    account, login = noreply[1], noreply[2]
    if account in _ACCOUNTS:
        return _ACCOUNTS[account]
    return _LOGINS.get(login.removesuffix("[bot]")) if login.endswith("[bot]") or login == "copilot" else None
