"""``lineclear init``: two commands from a repository to a real verdict, and nothing overwritten unseen."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from e2e_support import assert_refused, contents, verify
from support import Repo, lineclear, scrubbed_environment

PROJECT = {
    "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n',
    "p.py": "def one() -> int:\n    return 1\n",
    "tests/test_p.py": "from p import one\n\n\ndef test_one() -> None:\n    assert one() == 1\n",
}
WRITTEN = ["lineclear.yaml", ".github/workflows/lineclear.yml", "noxfile.py"]
ACTION = "--action=example/lineclear@0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "project", PROJECT)


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def written(repo: Repo) -> list[str]:
    return sorted(repo.git("ls-files", "--others", "--exclude-standard").splitlines())


def test_the_written_contract_is_valid_and_the_workflow_passes_its_schema_and_zizmor(repo: Repo) -> None:
    done = lineclear("init", ACTION, cwd=repo.root)
    assert done.returncode == 0, done.stderr
    assert written(repo) == sorted(WRITTEN)
    checked = lineclear("contract", "check", cwd=repo.root)
    assert checked.returncode == 0, checked.stderr
    assert "bandit, pytest, semgrep" in checked.stdout
    workflow = str(repo.root / ".github/workflows/lineclear.yml")
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", workflow]
    subprocess.run(schema, check=True, capture_output=True)
    audit = [tool("zizmor"), "--offline", "--persona=auditor", workflow]
    audited = subprocess.run(audit, capture_output=True, text=True, check=False, env=scrubbed_environment())
    assert audited.returncode == 0, audited.stdout + audited.stderr


def test_the_workflow_is_the_documented_one() -> None:
    root = Path(__file__).resolve().parents[2]
    template = (root / "src/lineclear/setup/workflow.yml").read_text("utf-8")
    assert f"```yaml\n{template}```" in (root / "docs/action.md").read_text("utf-8")


@pytest.mark.tools
def test_two_commands_reach_a_verdict_of_all_tools(repo: Repo) -> None:
    first = lineclear("init", cwd=repo.root)
    command = "lineclear verify --contract lineclear.yaml"
    assert command in [line.strip() for line in first.stdout.splitlines()]
    run = verify(repo, "--contract", "lineclear.yaml")
    assert {check["id"]: check["status"] for check in run.verdict["checks"]} == dict.fromkeys(
        ("bandit", "pytest", "semgrep"), "passed"
    )
    assert (run.code, run.verdict["outcome"]) == (3, "review")
    assert [item["id"] for item in run.verdict["invariants"] if item["result"] == "broken"] == ["control-plane"]
    assert "`review` at best" in first.stdout


def test_verify_without_the_contract_says_how_the_new_one_is_used(repo: Repo) -> None:
    lineclear("init", cwd=repo.root)
    run = verify(repo, "--only=bandit")
    assert "built in: the base has no lineclear.yaml" in run.stdout
    assert "To use the change's own: lineclear verify --contract lineclear.yaml" in run.stdout
    repo.commit("lineclear")
    repo.write({"p.py": "def one() -> int:\n    return 2\n"})
    after = verify(repo, "--only=bandit")
    assert "Contract: lineclear.yaml (from the base)" in after.stdout
    assert "To use the change's own" not in after.stdout


@pytest.mark.tools
@pytest.mark.slow
def test_nox_verifies_with_the_written_noxfile(repo: Repo) -> None:
    lineclear("init", cwd=repo.root)
    nox = [tool("nox"), "-s", "verify", "--", "--contract", "lineclear.yaml", "--only", "bandit"]
    done = subprocess.run(nox, cwd=repo.root, capture_output=True, text=True, env=scrubbed_environment(), check=False)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("REVIEW"), done.stdout
    assert (repo.root / ".lineclear/verdict.json").is_file()


def test_a_second_run_has_nothing_to_do(repo: Repo) -> None:
    lineclear("init", cwd=repo.root)
    before = contents(repo.root, without=".git")
    for arguments in ((), ("--yes",), ("--dry-run",)):
        again = lineclear("init", *arguments, cwd=repo.root)
        assert again.returncode == 0
        assert "Nothing to do" in again.stdout
        assert contents(repo.root, without=".git") == before
    repo.commit("lineclear")
    after = lineclear("init", cwd=repo.root)
    assert after.stdout.endswith("Next\n  lineclear verify\n")


def test_a_dry_run_shows_the_files_and_writes_none(repo: Repo) -> None:
    before = contents(repo.root)
    done = lineclear("init", "--dry-run", cwd=repo.root)
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if line.startswith("+++")] == [
        f"+++ b/{name}" for name in WRITTEN
    ]
    assert "+  pytest: {}" in done.stdout
    assert contents(repo.root) == before


def test_what_is_there_is_overwritten_only_after_its_difference_was_shown_and_allowed(repo: Repo) -> None:
    repo.write({"lineclear.yaml": "version: 1  # mine\n"})
    refused = lineclear("init", cwd=repo.root)
    assert refused.returncode == 2
    assert "-version: 1  # mine" in refused.stdout
    assert "files would be overwritten: lineclear.yaml" in refused.stderr
    assert "lineclear init --yes" in refused.stderr
    assert written(repo) == ["lineclear.yaml"]
    allowed = lineclear("init", "--yes", cwd=repo.root)
    assert allowed.returncode == 0
    assert "-version: 1  # mine" in allowed.stdout
    assert "mine" not in (repo.root / "lineclear.yaml").read_text()
    assert written(repo) == sorted(WRITTEN)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_on_a_terminal_it_asks(repo: Repo, answer: str, code: int) -> None:
    repo.write({"lineclear.yaml": "version: 1  # mine\n"})
    ours, theirs = pty.openpty()
    command = [sys.executable, "-I", "-m", "lineclear.cli.main", "init"]
    process = subprocess.Popen(
        command, cwd=repo.root, env=scrubbed_environment(), stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, answer.encode())
    assert process.wait(timeout=60) == code
    os.close(ours)
    assert b"# mine" in shown
    assert ("mine" in (repo.root / "lineclear.yaml").read_text()) is (code == 2)


@pytest.mark.parametrize("place", ["lineclear.yaml", ".github", ".github/workflows", "noxfile.py"])
def test_no_link_is_followed_out_of_the_repository(repo: Repo, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = repo.root / place
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside / "file" if "." in link.name[1:] else outside)
    done = lineclear("init", "--yes", cwd=repo.root)
    assert_refused(done, 2, "links are not followed", "cannot be used")
    assert list(outside.iterdir()) == []
    assert [name for name in written(repo) if name != place] == []


def test_a_noxfile_of_one_s_own_is_left_and_the_line_to_paste_is_printed(repo: Repo) -> None:
    own = "import nox\n\n\n@nox.session\ndef tests(session):\n    pass\n"
    repo.write({"noxfile.py": own})
    done = lineclear("init", cwd=repo.root)
    assert "\n  from lineclear.nox import verify\n" in done.stdout
    assert (repo.root / "noxfile.py").read_text() == own
    repo.write({"noxfile.py": f"from lineclear.nox import verify\n{own}"})
    assert "paste" not in lineclear("init", cwd=repo.root).stdout


def test_from_a_folder_below_the_root_it_writes_at_the_root_and_names_the_contract_from_there(repo: Repo) -> None:
    done = lineclear("init", cwd=repo.root / "tests")
    assert done.returncode == 0
    assert "lineclear verify --contract ../lineclear.yaml" in done.stdout
    assert f"Written in {repo.root}" in done.stdout
    assert written(repo) == sorted(WRITTEN)


def test_without_a_commit_it_writes_and_says_to_commit_first(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "project")
    repo.write(PROJECT)
    done = lineclear("init", cwd=repo.root)
    assert done.returncode == 0, done.stderr
    assert "git add --all && git commit" in done.stdout
    assert set(WRITTEN) <= set(written(repo))
    repo.commit("first")
    run = verify(repo, "--only=bandit")
    assert (run.code, run.check("bandit")["status"]) == (0, "passed")
    assert "Contract: lineclear.yaml (from the base)" in run.stdout


def test_the_workflow_names_the_repository_s_own_default_branch(repo: Repo) -> None:
    repo.git("branch", "--move", "main", "trunk/1")
    clone = Repo(root=repo.root.parent / "clone")
    repo.git("clone", "--quiet", repo.root.as_uri(), str(clone.root))
    clone.git("switch", "--quiet", "--create", "feature")
    assert lineclear("init", cwd=clone.root).returncode == 0
    assert "branches: [trunk/1]" in (clone.root / ".github/workflows/lineclear.yml").read_text()


def test_an_action_that_could_be_more_than_a_name_is_refused(repo: Repo) -> None:
    done = lineclear("init", "--action=a/b@v1\n      - run: x", cwd=repo.root)
    assert_refused(done, 2, "is no action", "--action", "OWNER/lineclear@v1")
    assert written(repo) == []


def test_outside_a_repository_and_without_home_it_says_what_to_do(tmp_path: Path, repo: Repo) -> None:
    assert_refused(lineclear("init", cwd=tmp_path), 2, "this is no git repository", "git init")
    env = {"HOME": str(tmp_path / "nowhere")}
    assert lineclear("init", cwd=repo.root, env=env).returncode == 0
