"""Tools that Lineclear does not know, from the contract alone: what they leave, and what a change may plant there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify

# A test runner of one line: passes on `good`, fails on `bad`; whatever else stands in `mode` is run by the shell.
RUNNER = """#!/bin/sh
mode=$(cat mode)
case "$mode" in
  good) echo "<testsuite><testcase name='a' file='mode'/></testsuite>" > out/junit.xml;;
  bad) echo "<testsuite><testcase name='a' file='mode'><failure message='no'/></testcase></testsuite>" > out/junit.xml
       exit 1;;
  *) eval "$mode";;
esac
"""
CONTRACT = "version: 1\nchecks: {web: {use: junit, with: {run: 'sh runner.sh', report: out/junit.xml}}}\n"
BASE = {"lineclear.yaml": CONTRACT, "runner.sh": RUNNER, "mode": "good", "out/kept": ""}
PASSING = "<testsuite><testcase name='a'/></testsuite>"


def _run(folder: Path, change: dict[str, str | bytes], base: dict[str, str] | None = None) -> Run:
    return verify(changed_repo(folder / "project", base=BASE | (base or {}), change=change))


def test_a_change_that_passes_and_one_that_fails(tmp_path: Path) -> None:
    good = _run(tmp_path / "good", {"a": ""})
    assert (good.code, good.check("web")["measures"]["testsPassed"]) == (0, 1)
    assert not (good.bundle / "evidence/web/base").exists()
    assert good.evidence("web")["tool"] == {"name": "sh", "version": None, "lockDigest": None}
    assert good.evidence("web")["trust"] == "reported"
    bad = _run(tmp_path / "bad", {"mode": "bad"})
    assert (bad.code, bad.check("web")["findings"]) == (1, {"new": 1, "existing": 0, "fixed": 0})
    assert bad.findings("web")[0]["message"] == "a failed: no"
    assert (bad.bundle / "evidence/web/merged/reports/out/junit.xml").is_file()


def test_what_failed_before_is_existing(tmp_path: Path) -> None:
    run = _run(tmp_path, {"a": ""}, {"mode": "bad"})
    assert (run.code, run.states("web")) == (0, {"mode:None": "existing"})


@pytest.mark.parametrize(
    ("mode", "ended", "what"),
    [
        ("true", "noReport", "the run left no out/junit.xml"),
        ("ln -s ../mode out/junit.xml", "badReport", "is a symbolic link"),
        ("ln -s /etc/passwd out/junit.xml", "badReport", "is a symbolic link"),
        ("ln mode out/junit.xml", "badReport", "is one of 2 hard links"),
        ("mkfifo out/junit.xml", "badReport", "is a FIFO"),
        ("mkdir out/junit.xml", "badReport", "is a folder"),
        ("rm -r out; ln -s /etc out", "badReport", "has a symbolic link in its path"),
        ("truncate -s 200M out/junit.xml", "badReport", "holds more than"),
        ("sh -c 'kill -9 $PPID'", "crashed", "killed by SIGKILL"),
        (f'echo "{PASSING}" > out/junit.xml; exit 1', "badReport", "do not agree"),
    ],
)
def test_a_report_that_is_no_plain_whole_file_is_no_result(tmp_path: Path, mode: str, ended: str, what: str) -> None:
    run = _run(tmp_path, {"mode": mode})
    assert_no_result(run, "web", ended)
    assert what in run.evidence("web")["problem"]["what"]


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="needs a device")
def test_a_device_as_a_report_is_no_result(tmp_path: Path) -> None:
    # Only root may make one: where that is not so, the run leaves nothing, which is no result either.
    run = _run(tmp_path, {"mode": "mknod out/junit.xml c 1 5"})
    assert run.check("web")["status"] == "error"
    assert run.evidence("web")["ended"] in ("badReport", "noReport")


def test_a_report_that_the_change_brings_is_gone_before_the_run(tmp_path: Path) -> None:
    run = _run(tmp_path, {"out/junit.xml": PASSING, "mode": "true"})
    assert_no_result(run, "web", "noReport")


def test_a_report_that_the_change_brings_as_a_link_is_removed_and_not_what_it_points_at(tmp_path: Path) -> None:
    repo = changed_repo(tmp_path / "project", base=BASE, change={"mode": f"echo {len(PASSING)} > /dev/null"})
    (repo.root / "out/junit.xml").symlink_to("../kept.xml")
    repo.commit("link", {"kept.xml": PASSING, "mode": "test -s kept.xml || exit 7; cp kept.xml out/junit.xml"})
    run = verify(repo)
    assert (run.code, run.check("web")["status"]) == (0, "passed")


def test_a_folder_on_the_way_that_the_change_makes_a_link_is_refused(tmp_path: Path) -> None:
    repo = changed_repo(tmp_path / "project", base=BASE, change={})
    repo.git("rm", "-r", "--quiet", "out")
    (repo.root / "out").symlink_to("/etc")
    repo.commit("link")
    run = verify(repo)
    assert_no_result(run, "web", "badReport")
    assert "has a symbolic link in its path: out" in run.evidence("web")["problem"]["what"]


def test_a_report_outside_the_tree_is_refused(tmp_path: Path) -> None:
    for number, report in enumerate(("../junit.xml", "/etc/passwd")):
        contract = CONTRACT.replace("out/junit.xml", report)
        run = _run(tmp_path / str(number), {"a": ""}, {"lineclear.yaml": contract})
        assert_no_result(run, "web", "noEnvironment")
        assert "is no file in the tree" in run.evidence("web")["problem"]["what"]


def test_many_reports_by_a_pattern_are_one_suite(tmp_path: Path) -> None:
    contract = CONTRACT.replace("out/junit.xml", '"out/**/TEST-*.xml"')
    mode = f'mkdir out/b; echo "{PASSING}" > out/TEST-a.xml; echo "{PASSING}" > \'out/b/TEST- b.xml\''
    run = _run(tmp_path, {"mode": mode, "out/TEST-forged.xml": PASSING}, {"lineclear.yaml": contract})
    assert run.check("web")["measures"]["testsCollected"] == 2
    none = _run(tmp_path / "none", {"mode": "true", "out/TEST-forged.xml": PASSING}, {"lineclear.yaml": contract})
    assert_no_result(none, "web", "noReport")


def test_a_report_whose_name_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    contract = CONTRACT.replace("out/junit.xml", '"out/*.xml"')
    mode = f'echo "{PASSING}" > "out/$(printf "a\\033[2Jb").xml"'
    run = _run(tmp_path, {"mode": mode}, {"lineclear.yaml": contract})
    assert_no_result(run, "web", "badReport")
    assert "has a name that is not kept" in run.evidence("web")["problem"]["what"]


def test_a_program_that_is_not_there_is_no_result(tmp_path: Path) -> None:
    contract = "version: 1\nchecks: {web: {use: command, with: {run: no-such-program --now}}}\n"
    run = _run(tmp_path, {"a": ""}, {"lineclear.yaml": contract})
    assert_no_result(run, "web", "noEnvironment")


@pytest.mark.parametrize(
    ("with_", "code", "status", "ended"),
    [
        ("", 0, "passed", "completed"),
        ("", 3, "failed", "completed"),
        ("", 127, "error", "crashed"),
        ("", 137, "error", "crashed"),
        (", exitCodes: 4", 4, "failed", "completed"),
        (", exitCodes: [4, 5]", 3, "error", "crashed"),
    ],
)
def test_the_exit_code_of_a_command(tmp_path: Path, with_: str, code: int, status: str, ended: str) -> None:
    contract = f"version: 1\nchecks: {{web: {{use: command, with: {{run: sh code.sh{with_}}}}}}}\n"
    base = {"lineclear.yaml": contract, "code.sh": "exit 0\n"}
    run = _run(tmp_path, {"code.sh": f"echo first\necho last >&2\nexit {code}\n"}, base)
    assert (run.check("web")["status"], run.evidence("web")["ended"]) == (status, ended)
    if status == "failed":
        (finding,) = run.findings("web")
        assert finding["message"] == f"The command ended with exit code {code}: last"
        assert (finding["state"], finding["reproduce"]) == ("new", "sh code.sh")


WHEN = """version: 1
checks:
  web:
    use: junit
    with: {run: sh runner.sh, root: web, report: web/out/junit.xml}
    when: {paths: ["web/**"]}
  words: {use: command, with: {run: "true"}, when: {paths: ["docs/*.md"]}}
  log: {use: sarif, with: {run: "sh -c 'exit 9'", report: "-"}, when: {paths: ["src/**/*.c", "*.mk"]}}
  session: {use: nox, with: {session: s}, when: {paths: ["noxfile.py"]}}
"""
MONOREPO = {
    "lineclear.yaml": WHEN,
    "readme": "",
    "docs/b.md": "",
    **{f"web/{name}": text for name, text in BASE.items() if name != "lineclear.yaml"},
}


@pytest.mark.parametrize("path", ["readme", "docs/a/b.md", "webs/mode", "src/a.h"])
def test_what_a_change_does_not_concern_does_not_apply_and_says_why(tmp_path: Path, path: str) -> None:
    run = verify(changed_repo(tmp_path / "project", base=MONOREPO, change={path: "x"}))
    assert {check["id"]: check["status"] for check in run.verdict["checks"]} == dict.fromkeys(
        ("log", "session", "web", "words"), "notApplicable"
    )
    assert run.check("web")["reason"] == "The change touches none of web/**."
    assert run.check("log")["reason"] == "The change touches none of src/**/*.c, *.mk."
    assert not (run.bundle / "evidence").exists()
    assert run.code == 0


def test_a_change_below_root_concerns_its_check_alone(tmp_path: Path) -> None:
    run = verify(changed_repo(tmp_path / "project", base=MONOREPO, change={"web/mode": "bad"}))
    assert (run.check("web")["status"], run.check("words")["status"]) == ("failed", "notApplicable")
    assert run.states("web") == {"web/mode:None": "new"}
    assert run.findings("web")[0]["reproduce"] == "cd web && sh runner.sh"


@pytest.mark.parametrize(
    "command", [("rm", "web/out/kept"), ("mv", "web/out/kept", "elsewhere"), ("mv", "readme", "web/r")]
)
def test_what_is_removed_from_below_root_or_moved_concerns_its_check(tmp_path: Path, command: tuple[str, ...]) -> None:
    repo = changed_repo(tmp_path / "project", base=MONOREPO, change={})
    repo.git(*command)
    repo.commit("moved")
    assert verify(repo).check("web")["status"] != "notApplicable"


def test_a_root_that_the_tree_does_not_have_is_an_error_and_not_a_check_left_out(tmp_path: Path) -> None:
    contract = CONTRACT.replace("with: {", "with: {root: wbe, ")
    run = _run(tmp_path, {"a": ""}, {"lineclear.yaml": contract})
    assert_no_result(run, "web", "nothingExamined")


NOXFILE = """import os
import pathlib
import sys

import nox


@nox.session(venv_backend="none")
def s(session):
    mode = pathlib.Path("mode").read_text()
    folder = pathlib.Path(os.environ["LINECLEAR_REPORTS"])
    exec(mode)
"""
NOX = {"lineclear.yaml": "version: 1\nchecks: {s: {use: nox, with: {session: s, args: [-v]}}}\n", "noxfile.py": NOXFILE}
LOG = json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]})


@pytest.mark.tools
@pytest.mark.parametrize(
    ("mode", "status", "what"),
    [
        ("assert session.posargs == ['-v']", "passed", None),
        (f"folder.mkdir(); (folder / 'a.xml').write_text(\"{PASSING}\")", "passed", None),
        ("session.error('no')", "failed", "1 new"),
        ("raise ValueError", "failed", "1 new"),
        ("session.skip('today')", "error", "every session was skipped: s"),
        ("sys.exit(3)", "error", "left no nox.json"),
        ("os._exit(0)", "error", "left no nox.json"),
        (f"folder.mkdir(); (folder / 'a.xml').write_text(\"{PASSING}\"); session.error('no')", "error", "do not agree"),
        ("folder.mkdir(); (folder / 'nox.json').write_text('{}')", "error", "neither .xml"),
        ("folder.mkdir(); (folder / 'a.txt').write_text('')", "error", "neither .xml"),
        ("folder.mkdir(); (folder / 'a.sarif').symlink_to('/etc/passwd')", "error", "symbolic link"),
        ("folder.symlink_to('/etc')", "error", "symbolic link in its path"),
        (
            f"folder.mkdir(); (folder / 'a.sarif').write_text('{LOG}'); (folder / 'b.xml').write_text('')",
            "error",
            "no XML",
        ),
    ],
)
def test_a_session_of_the_repositorys_noxfile(tmp_path: Path, mode: str, status: str, what: str | None) -> None:
    run = verify(changed_repo(tmp_path / "project", base={**NOX, "mode": "pass"}, change={"mode": mode}))
    assert run.check("s")["status"] == status, run.stderr
    assert (run.check("s")["reason"] or "").find(what or "") >= 0
    assert run.evidence("s")["tool"]["name"] == "nox"
    assert run.evidence("s")["tool"]["version"]


@pytest.mark.tools
def test_a_session_that_is_not_there_is_no_result(tmp_path: Path) -> None:
    contract = NOX["lineclear.yaml"].replace("session: s", "session: nothing")
    run = verify(
        changed_repo(tmp_path / "project", base={**NOX, "lineclear.yaml": contract, "mode": ""}, change={"a": ""})
    )
    assert_no_result(run, "s", "noReport")


@pytest.mark.tools
def test_a_program_may_come_from_the_projects_environment(tmp_path: Path) -> None:
    script = "import sys\nsys.exit(sys.prefix == sys.base_prefix)\n"
    with_ = "{run: python prefix.py, environment: project}"
    contract = f"version: 1\nproject: {{install: []}}\nchecks: {{w: {{use: command, with: {with_}}}}}\n"
    base = {"lineclear.yaml": contract, "prefix.py": script}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a": ""}))
    assert run.check("w")["status"] == "passed", run.stderr
    assert run.evidence("w")["tool"]["name"] == "python"


def test_without_a_root_of_its_own_a_check_works_in_the_projects(tmp_path: Path) -> None:
    contract = "version: 1\nproject: {root: web}\nchecks: {web: {use: command, with: {run: test -f runner.sh}}}\n"
    base = {**MONOREPO, "lineclear.yaml": contract}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"web/a": ""}))
    assert run.check("web")["status"] == "passed", run.stderr
