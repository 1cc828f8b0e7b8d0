"""pytest in the project's own environment, with a reporter of ours that writes down every test."""

from __future__ import annotations

import json
from pathlib import Path

from lineclear.battery import programs
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.suite_report import Suite, TestOutcome, read_suite
from lineclear.battery.refused import known_service, refused_address
from lineclear.battery.selection import file_of, rerun
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["prepare", "read"]

_REPORT = "tests.jsonl"
_SELECTION = "selection.json"
_PROGRAM = Path(programs.__file__).parent / "run_tests.py"
_INTERNAL = "INTERNALERROR> "
_EXIT_CODES = {
    2: "was interrupted",
    3: "met an internal error",
    4: "refused its command line or configuration",
}


def prepare(bench: Workbench) -> Invocation:
    """Run the suite as its configuration says; options that would end the run early are undone."""
    selected = bench.items is not None
    paths = _selected_files(bench) if selected else _strings(bench, "paths")
    return Invocation(
        argv=(
            str(bench.project_bin / "python"),
            str(_PROGRAM),
            str(bench.outputs / _REPORT),
            str(bench.inputs / _SELECTION) if selected else "-",
            str(bench.root),
            "--",
            *_strings(bench, "args"),
            f"--rootdir={bench.root}",
            "--maxfail=0",
            "--continue-on-collection-errors",
            "-o",
            f"cache_dir={bench.outputs / 'cache'}",
            *paths,
        ),
        cwd=bench.root,
        inputs={_SELECTION: json.dumps({"asked": bench.asked, "items": bench.items}).encode()} if selected else {},
        reports=(_REPORT,),
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report; the exit code, the collected tests and those that ran must agree."""
    suite = read_suite(raw.reports[_REPORT], _REPORT)
    _hold_together(suite, raw, bench)
    unreached = _by_address(suite)
    refused = {test for tests in unreached.values() for test in tests}
    findings = [
        *(_undeclared(address, tests, bench) for address, tests in unreached.items()),
        *(_collect_error(name, text, bench) for name, text in suite.collect_errors.items() if name not in refused),
        *(_failure(test, bench) for test in suite.tests.values() if _failed(test) and test.id not in refused),
    ]
    if suite.exit == 1 and not findings and bench.items is None:
        findings.append(_threshold(raw, bench))
    failing = (*suite.collect_errors, *(test.id for test in suite.tests.values() if _failed(test)))
    return Reading(
        findings=sorted(findings, key=lambda f: (f.path or "", f.line or 0, f.rule, f.message)),
        measures={
            "testsCollected": len(suite.collected or ()),
            "testsPassed": suite.count("passed", "xpassed"),
            "testsFailed": suite.count("failed") + len(suite.collect_errors),
            "testsSkipped": suite.count("skipped", "xfailed"),
            **({"testsWithoutService": len(refused)} if refused else {}),
        },
        examined=frozenset(_in_tree(test.partition("::")[0], bench) for test in suite.collected or ()),
        retry_on_base=tuple(failing),
        passed=_passed(suite) if bench.items is not None else None,
    )


def _passed(suite: Suite) -> tuple[str, ...]:
    """Return the tests that were run and passed; one that was skipped, or is expected to fail, showed nothing."""
    return tuple(sorted(test.id for test in suite.tests.values() if test.outcome in ("passed", "xpassed")))


def _hold_together(suite: Suite, raw: Raw, bench: Workbench) -> None:
    where = f"check {bench.check}, {bench.tree_name.value} tree"
    if raw.exit_code != suite.exit:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"pytest said exit code {suite.exit} and its process ended with {raw.exit_code}",
            where=where,
            todo="Look for code that ends the process after the tests (atexit, os._exit, a signal).",
        )
    if suite.exit in _EXIT_CODES:
        raise RunProblem(
            Ended.CRASHED,
            f"pytest {_EXIT_CODES[suite.exit]} (exit code {suite.exit}): {_tail(raw)}",
            where=where,
            todo="Run `pytest` in the project and mend what it says.",
        )
    if suite.exit not in (0, 1, 5):
        raise RunProblem(
            Ended.CRASHED,
            f"pytest ended with exit code {suite.exit}, which is a plugin's: {_tail(raw)}",
            where=where,
            todo="Look at its output beside the evidence.",
        )
    if suite.collected is None:
        raise RunProblem(Ended.CRASHED, f"pytest collected nothing: {_tail(raw)}", where=where, todo="Run `pytest`.")
    if unrun := [test for test in suite.collected if test not in suite.tests]:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"{len(unrun)} of {len(suite.collected)} collected tests never ran, the first is {unrun[0]}",
            where=where,
            todo="Look for a plugin or hook that ends the run early.",
        )
    if silent := [test.id for test in suite.tests.values() if test.outcome is None]:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"{len(silent)} of {len(suite.tests)} tests ended without an outcome, the first is {silent[0]}",
            where=where,
            todo="Look for a plugin or hook that runs tests in a way of its own.",
        )
    if suite.exit == 5 and suite.collected:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"pytest said that it collected nothing (exit code 5), and collected {len(suite.collected)} tests",
            where=where,
            todo="Look for a plugin or hook that changes the exit code.",
        )
    if bench.asked:
        _refuse_unmatched(suite, where)
    if (bench.items is None or bench.asked) and not suite.collect_errors:
        _refuse_nothing(suite, where)


def _refuse_unmatched(suite: Suite, where: str) -> None:
    """Refuse a run that was asked for a test that there is not; not where its file could not be collected."""
    for item, near in suite.unmatched.items():
        if file_of(item) not in suite.collect_errors:
            meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise RunProblem(
                Ended.NOTHING_EXAMINED,
                f"no test that is collected is {item!r}{meant}",
                where=f"{where}, --select",
                todo="Name a file or a test as pytest does (file::Class::test); -k and -m of its configuration count.",
            )


def _refuse_nothing(suite: Suite, where: str) -> None:
    """Refuse a whole run that executed no test."""
    if not suite.collected:
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            "pytest collected no test",
            where=where,
            todo="Check testpaths, python_files and -k/-m in pytest's configuration.",
        )
    if suite.count("skipped") == len(suite.tests):
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            f"every test was skipped, {len(suite.tests)} of {len(suite.tests)}",
            where=where,
            todo="Look at why (`pytest -rs`), and give the run what the tests ask for.",
        )


def _failed(test: TestOutcome) -> bool:
    return test.outcome == "failed"


def _by_address(suite: Suite) -> dict[str, list[str]]:
    """Return the tests, and files that could not be collected, that found nothing listening, by loopback address."""
    failed = {test.id: test.text for test in suite.tests.values() if _failed(test)}
    unreached: dict[str, list[str]] = {}
    for name, text in sorted({**suite.collect_errors, **failed}.items()):
        address = refused_address(text or "")
        if address is not None:
            unreached.setdefault(address, []).append(name)
    return unreached


def _undeclared(address: str, tests: list[str], bench: Workbench) -> RawFinding:
    """One finding for all tests that miss one service: none of them says anything about the change."""
    more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
    name = known_service(address)
    return RawFinding(
        rule="undeclared-service",
        level=Level.ERROR,
        message=f"Nothing listens at {address}, which {tests[0]}{more} needs.",
        path=None,
        line=None,
        key=item_key("pytest", "undeclared-service", address),
        remedy="Declare it in the contract, with the command that starts it: "
        f'project: {{services: [{{name: {name}, reach: "{address}", start: "COMMAND"}}]}}',
        reproduce=rerun(bench.check, _in_tree(tests[0], bench)),
    )


def _failure(test: TestOutcome, bench: Workbench) -> RawFinding:
    file, _, name = test.id.partition("::")
    # The file of the id, not that of the function: tests inherited from one class fail under several files.
    path, line = _in_tree(file, bench), test.line if test.path == file else None
    return RawFinding(
        rule="test-failed",
        level=Level.ERROR,
        message=f"{test.id} failed: {_message(test.text)}",
        path=path,
        line=line,
        key=item_key("pytest", "test-failed", name),
        item=test.id,
        remedy="Make the code do what the test says, or change the test where the behaviour is meant to change.",
        reproduce=rerun(bench.check, path + test.id[len(file) :]),
    )


def _collect_error(name: str, text: str, bench: Workbench) -> RawFinding:
    return RawFinding(
        rule="collection-error",
        level=Level.ERROR,
        message=f"{name or 'the test session'} could not be collected: {_message(text)}",
        path=_in_tree(name.partition("::")[0], bench) if name else None,
        line=None,
        key=item_key("pytest", "collection-error"),
        remedy="Mend the import or syntax error; none of the file's tests ran.",
        reproduce=rerun(bench.check, _in_tree(name, bench) if name else None),
    )


def _threshold(raw: Raw, bench: Workbench) -> RawFinding:
    return RawFinding(
        rule="suite-refused",
        level=Level.ERROR,
        message=f"No test failed, and pytest still ended with exit code 1: {_tail(raw)}",
        path=None,
        key=item_key("pytest", "suite-refused"),
        remedy="A plugin refused the run, for example coverage below its threshold; its last line says why.",
        reproduce=rerun(bench.check),
    )


def _selected_files(bench: Workbench) -> list[str]:
    """Return the files of the selected tests that this tree has; pytest refuses a run that names a missing one."""
    prefix = _prefix(bench)
    wanted = {file_of(item) for item in bench.items or ()}
    # In front of a name that pytest would read as an option, or as a file of options.
    return sorted(
        f"./{path}" if path.startswith(("-", "@")) else path for path in wanted if prefix + path in bench.files
    )


def _in_tree(path: str, bench: Workbench) -> str:
    return _prefix(bench) + path


def _prefix(bench: Workbench) -> str:
    relative = bench.root.relative_to(bench.tree).as_posix()
    return "" if relative == "." else f"{relative}/"


def _strings(bench: Workbench, name: str) -> list[str]:
    values = bench.settings[name]
    assert isinstance(values, list)  # noqa: S101 - the definition's type, checked when the contract was loaded
    return [str(value) for value in values]


def _message(text: str | None) -> str:
    lines = [line.removeprefix("E ").strip() for line in (text or "").splitlines()]
    return next((line for line in lines if line), "no message")


def _tail(raw: Raw) -> str:
    """Return the last line, of an internal error the line that names it."""
    lines = [line for line in (raw.stderr + b"\n" + raw.stdout).decode("utf-8", "replace").splitlines() if line.strip()]
    lines = [line.removeprefix(_INTERNAL) for line in lines if line.startswith(_INTERNAL)] or lines
    return lines[-1].strip() if lines else "it printed nothing"
