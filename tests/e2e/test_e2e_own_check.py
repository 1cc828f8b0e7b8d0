"""A check of one's own by the real commands: written, proven, used, and out of the reach of the change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from e2e_support import assert_refused, verify
from support import Repo, lineclear

from lineclear.model.base import sha256
from lineclear.resources import checks_folder

CONTRACT = "version: 1\nchecks: {no-merge: {}}\n"
BLIND = """\
import json, sys
run = {"tool": {"driver": {"name": "blind"}}, "results": []}
open(sys.argv[1], "w").write(json.dumps({"version": "2.1.0", "runs": [run]}))
"""
PROVEN = [
    "no-merge  pass     proven: no error-level finding",
    "no-merge  fail     proven: found do-not-merge notes.txt",
    "no-merge  control  proven: caught do-not-merge in lineclear-control.txt",
]


def _new(folder: Path, *arguments: str) -> Repo:
    repo = Repo.create(folder / "project", {"readme.txt": "hello\n"})
    done = lineclear("check", "new", "no-merge", *arguments, cwd=repo.root)
    assert done.returncode == 0, done.stderr
    assert "lineclear check test no-merge" in done.stdout
    assert "Add to the checks in lineclear.yaml: no-merge: {}" in done.stdout
    return repo


def _used(folder: Path) -> Repo:
    repo = _new(folder)
    repo.commit("check", {"lineclear.yaml": CONTRACT})
    repo.branch("feature")
    return repo


def test_the_documentation_has_what_is_really_written_and_said(tmp_path: Path) -> None:
    repo = _new(tmp_path)
    page = (Path(__file__).parents[2] / "docs/your-own-check.md").read_text("utf-8")
    comment, definition = (repo.root / "lineclear-checks/no-merge.toml").read_text("utf-8").split("\n", 1)
    assert comment.startswith("# ")
    assert f"```toml\n{definition}```" in page
    assert "\n".join(PROVEN) in page
    (repo.root / "lineclear-checks/no-merge/find.py").write_text(BLIND)
    for line in lineclear("check", "test", "no-merge", cwd=repo.root).stdout.splitlines():
        assert line in page


@pytest.mark.parametrize("adapter", ["sarif", "command", "junit"])
def test_what_is_written_is_proven_as_it_stands(adapter: str, tmp_path: Path) -> None:
    repo = _new(tmp_path, f"--adapter={adapter}")
    before = repo.git("status", "--porcelain")
    done = lineclear("check", "test", "no-merge", cwd=repo.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall("^no-merge  (?:pass|fail|control) +proven: ", done.stdout, re.MULTILINE)) == 3
    assert "Proven from the work tree; a verification reads lineclear-checks/ at the base" in done.stdout
    assert repo.git("status", "--porcelain") == before


@pytest.mark.tools
def test_what_is_written_for_nox_is_proven_as_it_stands(tmp_path: Path) -> None:
    repo = _new(tmp_path, "--adapter=nox")
    done = lineclear("check", "test", cwd=repo.root)
    assert (done.returncode, done.stdout.count("proven: ")) == (0, 3), done.stdout + done.stderr


def test_a_check_is_used_from_the_base_on(tmp_path: Path) -> None:
    repo = _used(tmp_path)
    assert lineclear("check", "test", cwd=repo.root).stdout.splitlines()[:3] == PROVEN
    repo.commit("good", {"a.txt": "fine\n"})
    assert verify(repo, "--base=main").code == 0
    repo.commit("bad", {"b.txt": "x\nDO NOT MERGE\n"})
    run = verify(repo, "--base=main")
    assert (run.code, run.states("no-merge")) == (1, {"b.txt:2": "new"})
    assert run.findings("no-merge")[0]["reproduce"] == "lineclear verify --only no-merge"
    assert run.evidence("no-merge")["argv"][:3] == ["python3", "-I", "{check}/find.py"]
    assert lineclear("audit", str(run.bundle), cwd=repo.root).returncode == 0
    (planned,) = json.loads(run.text("inputs/plan.json"))["checks"]
    assert planned["controlled"] is True
    assert planned["source"]["path"] == "lineclear-checks/no-merge.toml"
    definition = run.bundle / "inputs/check-definitions" / planned["source"]["digest"]
    assert definition.read_bytes() == (repo.root / "lineclear-checks/no-merge.toml").read_bytes()
    assert "uncontrolled" not in run.stdout


def test_an_audit_holds_the_plan_to_the_definition_in_the_bundle(tmp_path: Path) -> None:
    repo = _used(tmp_path)
    repo.commit("good", {"a.txt": "fine\n"})
    run = verify(repo, "--base=main")
    plan = run.bundle / "inputs/plan.json"
    plan.write_text(plan.read_text().replace('"controlled": true', '"controlled": false'))
    (run.bundle / "inputs/check-definitions" / ("0" * 64)).write_text("")
    done = lineclear("audit", str(run.bundle), cwd=repo.root)
    assert done.returncode == 4
    assert "does not have the check no-merge as lineclear-checks/no-merge.toml defines it" in done.stdout
    assert "defines no check of the plan" in done.stdout


HOSTILE = {
    "lineclear-checks/no-merge/find.py": 'import sys; open(sys.argv[1], "w").write("{}")\n',
    "lineclear-checks/no-merge.toml": "this is no definition [",
    "lineclear-checks/bandit.toml": 'id = "bandit"\n',
}


def test_a_change_to_the_folder_has_no_effect_and_is_seen(tmp_path: Path) -> None:
    repo = _used(tmp_path)
    repo.commit("hostile", {**HOSTILE, "b.txt": "DO NOT MERGE\n"})
    run = verify(repo, "--base=main")
    assert (run.code, run.states("no-merge")) == (1, {"b.txt:1": "new"}), run.stderr
    change = json.loads(run.text("inputs/change.json"))
    kinds = {file["path"]: file["kind"] for file in change["files"]}
    assert {kinds[path] for path in HOSTILE} == {"controlPlane"}
    repo.git("rm", "-r", "--quiet", "lineclear-checks")
    repo.commit("gone")
    assert verify(repo, "--base=main").states("no-merge") == {"b.txt:1": "new"}


def test_a_run_that_alters_the_folder_does_not_reach_the_next_one(tmp_path: Path) -> None:
    """The command is the base's, and runs code of the change, which writes over what it was started from."""
    repo = _new(tmp_path, "--adapter=command")
    own = '{\nsh ./build.sh "$(dirname "$0")"\ngrep -rq BAD src && exit 1\nexit 0\n}\n'
    files = {"lineclear-checks/no-merge/find.sh": own, "build.sh": "true\n", "src/a": "BAD\n"}
    repo.commit("check", {"lineclear.yaml": CONTRACT, **files})
    repo.branch("feature")
    repo.commit("hostile", {"build.sh": 'echo "exit 0" > "$1/find.sh"; echo altered; cat "$1/find.sh"\n'})
    run = verify(repo, "--base=main")
    assert "altered" in run.text("evidence/no-merge/merged/stdout")
    assert "altered" not in run.text("evidence/no-merge/base/evidence.json")
    assert (run.code, run.states("no-merge")) == (0, {"None:None": "existing"})


def test_a_definition_at_the_base_that_is_not_valid_is_refused(tmp_path: Path) -> None:
    repo = _used(tmp_path)
    repo.git("switch", "--quiet", "main")
    text = (repo.root / "lineclear-checks/no-merge.toml").read_text()
    repo.commit("broken", {"lineclear-checks/no-merge.toml": text.replace('base = "changed"', 'base = "some"')})
    repo.branch("other")
    repo.commit("change", {"a.txt": "fine\n"})
    where = "lineclear-checks/no-merge.toml:9"
    assert_refused(verify(repo, "--base=main"), 2, "base: Input should be", where)
    assert_refused(lineclear("contract", "check", cwd=repo.root), 2, where)
    assert_refused(lineclear("contract", "show", "--base=main", cwd=repo.root), 2, where)
    assert_refused(lineclear("check", "test", cwd=repo.root), 2, where)
    assert_refused(lineclear("init", "--dry-run", cwd=repo.root), 2, where)


def test_a_file_of_the_folder_that_is_not_here_or_not_read_whole_is_refused(tmp_path: Path) -> None:
    repo = _used(tmp_path)
    place = "lineclear-checks/no-merge/pack.bin"
    repo.write({place: b"0" * 2_000_000})
    assert_refused(lineclear("check", "test", cwd=repo.root), 2, "too large", place)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 5\n"
    repo.git("switch", "--quiet", "main")
    repo.commit("pack", {place: pointer})
    repo.branch("other")
    repo.commit("change", {"a.txt": "fine\n"})
    assert_refused(verify(repo, "--base=main"), 2, "cannot be read", place, "git lfs pull")


def test_a_link_in_the_place_of_the_folder_brings_no_check(tmp_path: Path) -> None:
    repo = _new(tmp_path)
    (repo.root / "lineclear-checks").rename(repo.root / "elsewhere")
    (repo.root / "lineclear-checks").symlink_to("elsewhere")
    repo.commit("linked", {"lineclear.yaml": CONTRACT})
    repo.branch("feature")
    repo.commit("change", {"a.txt": "fine\n"})
    assert_refused(verify(repo, "--base=main"), 2, "there is no check 'no-merge'")
    assert_refused(lineclear("contract", "check", cwd=repo.root), 2, "there is no check 'no-merge'")


def test_a_check_that_the_change_brings_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    repo = _new(tmp_path)
    repo.branch("feature")
    repo.commit("check", {"lineclear.yaml": CONTRACT})
    refused = verify(repo, "--base=main", "--contract=lineclear.yaml")
    assert_refused(refused, 2, "there is no check 'no-merge'", "a check that it brings is not there yet")


def test_the_other_commands_know_it(tmp_path: Path) -> None:
    repo = _used(tmp_path)
    assert "own:        no-merge" in lineclear("contract", "check", cwd=repo.root).stdout
    shown = lineclear("contract", "show", "--base=main", cwd=repo.root).stdout
    assert "no-merge.with.run" in shown
    assert "{data}/find.py" in shown
    first = lineclear("init", "--dry-run", cwd=repo.root).stdout
    assert "no-merge: {}  # lineclear-checks/no-merge.toml" in first


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    repo = _new(tmp_path)
    (repo.root / "lineclear-checks/no-merge.toml").write_text("mine")
    done = lineclear("check", "new", "no-merge", cwd=repo.root)
    assert_refused(done, 2, "there is a check 'no-merge' already", "lineclear-checks/no-merge.toml")
    assert (repo.root / "lineclear-checks/no-merge.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("Not-Good",), "is no name for a check"),
        (("semgrep",), "is that of a check that comes with Lineclear"),
        (("a", "--run=sh 'open"), "cannot be split into words"),
        (("a", "--run=sh lineclear-checks/a/x.sh"), "which in the tree is the change's"),
        (("a", "--adapter=pytest"), "'pytest' is not known"),
    ],
)
def test_what_cannot_be_a_check_is_not_written(arguments: tuple[str, ...], what: str, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "project", {"a": ""})
    assert_refused(lineclear("check", "new", *arguments, cwd=repo.root), 2, what)
    assert not (repo.root / "lineclear-checks").exists()


def test_a_command_of_ones_own_needs_samples_to_be_proven(tmp_path: Path) -> None:
    repo = _new(tmp_path, "--adapter=command", "--run=sh -c '! grep -r TODO .'")
    done = lineclear("check", "test", cwd=repo.root)
    assert done.returncode == 1
    assert done.stdout.count("not proven: there is no sample to try it on") == 2
    assert "no-merge  control  uncontrolled: the definition declares no control" in done.stdout
    repo.write({"lineclear-checks/no-merge/pass/a": "fine\n", "lineclear-checks/no-merge/fail/a": "TODO\n"})
    assert lineclear("check", "test", cwd=repo.root).returncode == 0


@pytest.mark.parametrize(
    ("path", "text", "code", "said"),
    [
        ("pass/notes.txt", "DO NOT MERGE\n", 1, "pass     not proven: found do-not-merge notes.txt where nothing"),
        ("fail/notes.txt", "fine\n", 1, "fail     not proven: found nothing; expected.txt has do-not-merge notes.txt"),
        ("expected.txt", "other notes.txt\n", 1, "fail     not proven: found do-not-merge notes.txt; expected.txt has"),
        (
            "control/lineclear-control.txt",
            "x\n",
            1,
            "control  not proven: missed do-not-merge in lineclear-control.txt",
        ),
        (
            "find.py",
            "import sys; sys.exit(3)\n",
            4,
            "pass     no result: error: python3 ended with exit code 3",
        ),
    ],
)
def test_what_is_not_so_is_not_proven(path: str, text: str, code: int, said: str, tmp_path: Path) -> None:
    repo = _new(tmp_path)
    repo.write({f"lineclear-checks/no-merge/{path}": text})
    done = lineclear("check", "test", "no-merge", cwd=repo.root)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout
    assert done.stdout.count("  where: ") == done.stdout.count("  to do: ") >= 1


def test_a_name_that_is_no_check_is_refused_with_the_near_one(tmp_path: Path) -> None:
    repo = _new(tmp_path)
    assert_refused(lineclear("check", "test", "no-merg", cwd=repo.root), 2, "did you mean 'no-merge'")
    empty = Repo.create(tmp_path / "empty", {"a": ""})
    assert_refused(lineclear("check", "test", cwd=empty.root), 2, "this repository has no check of its own")
    done = lineclear("check", "test", "command", cwd=empty.root)
    assert (done.returncode, "uncontrolled: the definition declares no control" in done.stdout) == (4, True)


@pytest.mark.tools
@pytest.mark.parametrize("name", ["bandit", "jsonschema", "pytest", "semgrep"])
def test_a_shipped_check_catches_its_control(name: str, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "project", {"a": ""})
    done = lineclear("check", "test", name, cwd=repo.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{name}  control  proven: caught " in done.stdout


@pytest.mark.tools
def test_a_tool_of_the_checks_own_lock_is_installed_and_run(tmp_path: Path) -> None:
    """The lock is that of a shipped check, whose environment is there already."""
    repo = _new(tmp_path, "--adapter=command", "--run=bandit --quiet --recursive .")
    place = repo.root / "lineclear-checks/no-merge.toml"
    lock = 'environment = "own"\nrequirements = "no-merge/requirements.txt"'
    place.write_text(
        place.read_text()
        .replace('environment = "runner"', lock)
        .replace("executes = true", "executes = false")
        .replace("reported", "observed")
    )
    locked = (checks_folder() / "bandit/requirements.txt").read_bytes()
    repo.commit("check", {"lineclear.yaml": CONTRACT, "lineclear-checks/no-merge/requirements.txt": locked})
    repo.branch("feature")
    repo.commit("bad", {"a.py": "import subprocess\n\nsubprocess.run(input(), shell=True)\n"})
    run = verify(repo, "--base=main")
    assert (run.code, run.states("no-merge")) == (1, {"None:None": "new"}), run.stdout
    tool = run.evidence("no-merge")["tool"]
    assert (tool["name"], tool["lockDigest"]) == ("bandit", sha256(locked))
    assert "(uncontrolled: no-merge)" in run.stdout
