"""Contracts fetched from other repositories, with git's own rewriting of addresses standing in for a server."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from contract_samples import load

from lineclear.errors import ContractError

ADDRESS = "https://policy.example/org/rules"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A repository that git finds under :data:`ADDRESS`, and the commit that its branch is at."""

    folder: Path
    commit: str

    def uri(self, path: str) -> str:
        return f"git+{ADDRESS}@{self.commit}#{path}"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    folder = tmp_path / "rules"
    (folder / "teams").mkdir(parents=True)
    files = {
        "org.yaml": "version: 1\nenforcement: enforce\nextends: [./teams/base.yaml, lineclear:python]\n",
        "teams/base.yaml": "version: 1\nchecks: {bandit: {with: {depth: 7}}}\n",
        "teams/up.yaml": "version: 1\nextends: [../../x.yaml]\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "link.yaml").symlink_to("org.yaml")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "rules")
    config = tmp_path / "gitconfig"
    config.write_text(f'[url "{folder.as_uri()}"]\n\tinsteadOf = {ADDRESS}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    return Served(folder=folder, commit=git(folder, "rev-parse", "HEAD"))


def test_a_contract_at_a_commit_is_fetched_with_what_it_extends(served: Served) -> None:
    loaded = load({"lineclear.yaml": f"extends: ['{served.uri('org.yaml')}']"})
    uris = [item.uri for item in loaded.effective.extends]
    assert uris == [served.uri("teams/base.yaml"), "lineclear:python", served.uri("org.yaml")]
    assert [check.id for check in loaded.effective.checks] == ["bandit", "pytest", "semgrep"]
    assert loaded.effective.checks[0].settings["depth"] == 7
    assert (served.folder / "org.yaml").read_bytes() in loaded.sources.values()


def test_what_is_fetched_is_the_commit_and_not_what_the_branch_has_become(served: Served) -> None:
    (served.folder / "teams/base.yaml").write_text("version: 1\n")
    git(served.folder, "commit", "--quiet", "-am", "loosen")
    loaded = load({"lineclear.yaml": f"extends: ['{served.uri('teams/base.yaml')}']"})
    assert loaded.effective.checks[0].settings["depth"] == 7


def test_a_fetched_parent_that_is_enforced_is_the_floor(served: Served) -> None:
    text = f"extends: ['{served.uri('org.yaml')}']\nchecks: {{bandit: {{with: {{depth: 1}}}}}}"
    with pytest.raises(ContractError, match=f"may not be loosened: git.{ADDRESS}@{served.commit}#org.yaml enforces 7"):
        load({"lineclear.yaml": text})


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("gone.yaml", "there is no file 'gone.yaml' to extend"),
        ("teams", "there is no file 'teams' to extend"),
        ("link.yaml", "there is no file 'link.yaml' to extend"),
        ("*.yaml", "there is no file"),
        ("teams/up.yaml", "'../../x.yaml' leads out of the tree"),
    ],
)
def test_only_a_regular_file_of_the_commit_is_read(served: Served, path: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        load({"lineclear.yaml": f"extends: ['{served.uri(path)}']"})
    assert what in str(caught.value)


def test_a_commit_that_cannot_be_fetched_is_said_with_the_reason_git_gave(served: Served) -> None:
    missing = f"git+{ADDRESS}@{'0' * 39}1#org.yaml"
    with pytest.raises(ContractError) as caught:
        load({"lineclear.yaml": f"extends: ['{missing}']"})
    message = str(caught.value)
    assert message.startswith(f"commit {'0' * 39}1 of {ADDRESS} cannot be fetched: ")
    assert "where: lineclear.yaml:2:11 extends[0]" in message
    assert "to do: make sure that the server is reachable" in message


def test_a_hooks_environment_does_not_turn_git_elsewhere(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    assert load({"lineclear.yaml": f"extends: ['{served.uri('teams/base.yaml')}']"}).effective.checks
