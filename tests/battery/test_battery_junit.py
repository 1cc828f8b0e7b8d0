"""JUnit XML: real reports of real test runners, made here, and documents that are none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from battery_factory import bench, finished

from lineclear.battery.adapter import Invocation, Reading, RunProblem
from lineclear.battery.adapters import junit
from lineclear.battery.readers.junit_xml import read_junit
from lineclear.model.words import Ended

NODE = """
import test from "node:test";
import assert from "node:assert";
import { half } from "../lib/half.mjs";
test("adds", () => assert.equal(1 + 1, 2));
test("group", async (t) => {
  await t.test("inner", () => assert.equal(1, 2));
});
test("thrown in the code", () => half("x"));
test.skip("skipped", () => {});
test("to be done", { todo: true }, () => assert.fail());
"""
HALF = """export function half(x) {
  if (typeof x !== "number") throw new TypeError("no number");
  return x / 2;
}
"""
PYTEST = "import pytest\n\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_n(n):\n    assert n == 1\n\n\n\
@pytest.fixture\ndef broken():\n    raise OSError('gone')\n\n\ndef test_broken(broken):\n    pass\n\n\n\
@pytest.mark.skip\ndef test_skipped():\n    pass\n"


def _read(report: bytes | str, exit_code: int, files: dict[str, str], tree: Path = Path("/tree")) -> Reading:
    return junit.read(finished(exit_code, report_xml=report), bench("junit", files, tree=tree))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], bytes, int]:
    """What node's own test runner leaves of one file that fails and one that cannot be loaded."""
    assert shutil.which("node")
    tree = tmp_path_factory.mktemp("node")
    files = {"test/a.test.mjs": NODE, "lib/half.mjs": HALF, "test/b.test.mjs": "import './nothing.mjs';\n"}
    for name, text in files.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text)
    command = ["node", "--test", "--test-reporter=junit", "--test-reporter-destination=junit.xml"]
    done = subprocess.run(command, cwd=tree, check=False, capture_output=True, timeout=120)
    return tree, files, (tree / "junit.xml").read_bytes(), done.returncode


def test_a_report_of_node_names_test_file_and_line(node: tuple[Path, dict[str, str], bytes, int]) -> None:
    tree, files, report, code = node
    reading = _read(report, code, files, tree)
    assert [(f.path, f.message.partition(" failed: ")[0]) for f in reading.findings] == [
        ("test/a.test.mjs", "group > inner"),
        ("test/a.test.mjs", "thrown in the code"),
        ("test/b.test.mjs", "test/b.test.mjs"),
    ]
    assert reading.findings[0].line == 7
    assert str(tree) not in "".join(f.message for f in reading.findings)
    assert reading.measures["testsFailed"] == 3
    assert reading.measures["testsSkipped"] == 2
    assert reading.measures["testsPassed"] == reading.measures["testsCollected"] - 5


def test_a_report_of_pytest_names_test_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "test_n.py").write_text(PYTEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml=r.xml", "."]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, timeout=120)
    reading = _read((tmp_path / "r.xml").read_bytes(), done.returncode, {"test_n.py": PYTEST}, tmp_path)
    assert [(f.path, f.line, f.message.partition(" failed: ")[0]) for f in reading.findings] == [
        ("test_n.py", 6, "test_n > test_n[2]"),
        ("test_n.py", 11, "test_n > test_broken"),
    ]
    assert reading.measures == {"testsCollected": 4, "testsPassed": 1, "testsFailed": 2, "testsSkipped": 1}


def test_keys_are_of_names_and_not_of_messages_or_places() -> None:
    def key(name: str, message: str, line: int) -> str:
        case = (
            f"<testcase classname='c' name='{name}' file='a.js' line='{line}'><failure message='{message}'/></testcase>"
        )
        (finding,) = _read(f"<testsuite name='s'>{case}</testsuite>", 1, {"a.js": ""}).findings
        return finding.key

    assert key("one", "1 is not 2", 3) == key("one", "3 is not 4", 9)
    assert key("one", "", 3) != key("two", "", 3)


@pytest.mark.parametrize(
    ("case", "path", "line"),
    [
        ("<testcase name='t' file='src/a.go' line='7'><failure/></testcase>", "web/src/a.go", 7),
        ("<testcase name='t' file='web/src/a.go'><failure>x</failure></testcase>", "web/src/a.go", None),
        ("<testcase name='t' classname='src/a.go'><failure>src/a.go:12 oh</failure></testcase>", "web/src/a.go", 12),
        ("<testcase name='t' file='../../etc/passwd'><failure>/etc/passwd:1</failure></testcase>", None, None),
        ("<testcase name='t'><failure>at /tree/web/src/a.go:3</failure></testcase>", "web/src/a.go", 3),
        ("<testcase name='t'><failure>lib/b.js:9 then test/c.js:4:1</failure></testcase>", "web/test/c.js", 4),
        ("<testcase name='t'><failure>no place: 1.2.3</failure></testcase>", None, None),
    ],
)
def test_the_file_is_the_stated_one_or_a_test_in_the_text(case: str, path: str | None, line: int | None) -> None:
    files = {"web/src/a.go": "", "web/lib/b.js": "", "web/test/c.js": ""}
    raw = finished(1, report_xml=f"<testsuites><testsuite name='s'>{case}</testsuite></testsuites>")
    (finding,) = junit.read(raw, bench("junit", files, root="web")).findings
    assert (finding.path, finding.line) == (path, line)
    assert finding.reproduce == "cd web && npm test"


PASSED = "<testsuite><testcase name='a'/></testsuite>"
FAILED = "<testsuite><testcase name='a'><failure/></testcase></testsuite>"


@pytest.mark.parametrize(
    ("report", "code", "ended", "what"),
    [
        (PASSED, 1, Ended.BAD_REPORT, "exit code 1 and its report of 0 failures do not agree: the last line"),
        (FAILED, 0, Ended.BAD_REPORT, "exit code 0 and its report of 1 failure do not agree"),
        ("<testsuites/>", 0, Ended.NOTHING_EXAMINED, "has no test case"),
        ("<testsuite><testcase name='a'><skipped/></testcase></testsuite>", 0, Ended.NOTHING_EXAMINED, "1 of 1"),
        ("<testsuite><testcase name='a' status='notrun'/></testsuite>", 0, Ended.NOTHING_EXAMINED, "skipped"),
        ("<testsuite failures='1'><testcase name='a'/></testsuite>", 0, Ended.BAD_REPORT, "counts 1 failures"),
        ("<testsuites><testsuite errors='2'/><testcase name='a'/></testsuites>", 0, Ended.BAD_REPORT, "counts 2"),
        ("<testsuite><testcase name='a'/>", 0, Ended.BAD_REPORT, "no XML that may be read"),
        ("", 0, Ended.BAD_REPORT, "no XML"),
        ("<html><testcase name='a'/></html>", 0, Ended.BAD_REPORT, "begins with <html>"),
        ("<?xml version='1.0' encoding='nothing-8'?><testsuite/>", 0, Ended.BAD_REPORT, "no XML"),
        (f"<!DOCTYPE testsuite>{PASSED}", 0, Ended.BAD_REPORT, "document type or an entity"),
        (f"<!DOCTYPE t SYSTEM 'file:///etc/passwd'>{PASSED}", 0, Ended.BAD_REPORT, "document type or an entity"),
        (
            "<!DOCTYPE t [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><testsuite name='&b;'><testcase name='a'/></testsuite>",
            0,
            Ended.BAD_REPORT,
            "document type or an entity",
        ),
        (
            "<testsuite>" * 300 + "<testcase name='a'/>" + "</testsuite>" * 300,
            0,
            Ended.BAD_REPORT,
            "more than 200 deep",
        ),
    ],
)
def test_what_does_not_hold_together_is_no_result(report: str, code: int, ended: Ended, what: str) -> None:
    with pytest.raises(RunProblem, match=what) as caught:
        _read(report, code, {"a.js": ""})
    assert caught.value.ended is ended


def test_a_suite_that_failed_as_a_whole_is_a_finding() -> None:
    suite = "<testsuite name='web' errors='1'><error message='no port'/></testsuite>"
    (finding,) = _read(f"<testsuites>{suite}<testcase name='a'/></testsuites>", 1, {"a.js": ""}).findings
    assert finding.message == "web failed: no port"


def test_names_with_a_namespace_are_read() -> None:
    report = b"<testsuite xmlns='urn:x'><testcase name='a'/><testcase name='b'><error/></testcase></testsuite>"
    assert [case.outcome for case in read_junit(report, "r.xml")] == ["passed", "failed"]


def test_a_long_word_in_a_failure_costs_no_time() -> None:
    text = "a" * 200_000 + "/" * 200_000
    report = f"<testsuite><testcase name='a'><failure>{text}</failure></testcase></testsuite>"
    assert len(_read(report, 1, {"a.js": ""}).findings) == 1


def _prepare(*, root: str | None = None, **settings: object) -> Invocation:
    work = bench("junit", {"web/a.js": "", "b": ""}, **settings)  # type: ignore[arg-type] # as in YAML
    return junit.prepare(replace(work, settings={**work.settings, **({"root": root} if root else {})}))


def test_the_command_is_split_without_a_shell_and_works_in_root() -> None:
    made = _prepare(run=["npm test -- 'a b' $HOME"], root="web")
    assert made.argv == ("npm", "test", "--", "a b", "$HOME")
    assert made.cwd == Path("/tree/web")
    assert made.tree_reports == ("web/junit.xml",)
    assert _prepare(run=["npm", "run it"]).argv == ("npm", "run it")


def test_a_report_may_go_to_a_place_that_the_command_is_told() -> None:
    made = _prepare(run=["go-junit --out={report}"], report=[])
    assert made.argv == ("go-junit", "--out=/outputs/report")
    assert (made.reports, made.tree_reports) == (("report",), ())
    printed = _prepare(report=["-"])
    assert (printed.reports, printed.tree_reports, printed.stdout_report) == ((), (), "report")


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"run": []}, "there is no command"),
        ({"run": None}, "there is no command"),
        ({"run": [""]}, "there is no command"),
        ({"run": ["npm 'test"]}, "cannot be split into words"),
        ({"report": ["../junit.xml"]}, r"'\.\./junit.xml' is no file in the tree"),
        ({"report": ["/etc/passwd"]}, "'/etc/passwd' is no file in the tree"),
        ({"report": ["web/../../x.xml"]}, "is no file in the tree"),
        ({"report": []}, "nothing says where"),
        ({"run": ["t {report}"]}, "in two places"),
        ({"root": "/etc"}, "is not in the tree"),
        ({"root": "../other"}, "is not in the tree"),
        ({"root": "nothing"}, "there is no folder 'nothing'"),
        ({"writable": False}, "shared by several runs"),
    ],
)
def test_what_cannot_be_run_is_refused_before(settings: dict[str, object], what: str) -> None:
    with pytest.raises(RunProblem, match=what) as caught:
        _prepare(**settings)  # type: ignore[arg-type] # as in YAML
    problem = caught.value.problem
    assert problem.where.startswith("check junit, setting ")
    assert problem.todo
