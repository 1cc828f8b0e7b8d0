"""Runs one check on one tree and writes down what it left, as evidence in the bundle."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lineclear.battery.adapter import Adapter, Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.adapters import TAKEN
from lineclear.battery.selection import file_of
from lineclear.model.bundle import evidence_folder
from lineclear.model.evidence import (
    Evidence,
    FileDigest,
    Installed,
    Problem,
    Scope,
    Subject,
    Taken,
    Tool,
    Unexamined,
)
from lineclear.model.finding import RawFinding
from lineclear.model.plan import PlannedCheck
from lineclear.model.words import Ended
from lineclear.run.clock import now
from lineclear.run.outputs import OutputFolder, OutputMissing, OutputRefused, OutputTooLarge, save
from lineclear.run.process import Command, Finished, clean_environment, run, serving
from lineclear.run.project_services import ProjectServices, ServicesOfRun
from lineclear.run.secrets import Mask
from lineclear.run.service import require_alive, wait_until_ready
from lineclear.run.taken import TakenReport
from lineclear.run.tree_reports import TreeReports, kept_as, tree_reports
from lineclear.run.variables import maskable

__all__ = ["Limits", "Task", "execute", "own_error", "write_evidence"]

# Tools cut long texts, pytest in their middle: what is left of an address or a folder there is as accidental.
_CUT = re.compile(r"\.\.\.|…|$")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b|\b0x[0-9a-fA-F]*(?=\.\.\.|…|$)|(?<=\.\.\.)[0-9a-fA-F]+(?=>)")
_MESSAGE_LENGTH = 1_000
_ENDED = {
    "signalled": (Ended.CRASHED, "The tool was killed; look for memory limits and crashes in native code."),
    "timeout": (Ended.TIMEOUT, "Raise `seconds` of the check in the contract, or find out what hangs."),
    "outputLimit": (Ended.OUTPUT_LIMIT, "Make the tool or the tests print less."),
    "spawnFailed": (Ended.NO_ENVIRONMENT, "Check that the command exists and may be executed."),
    "interrupted": (Ended.INTERRUPTED, "Run it again."),
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run may use."""

    seconds: float
    output_bytes: int
    report_bytes: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run: a check, its tool, its workbench, and what it is about. ``take`` reads a report instead of running."""

    planned: PlannedCheck
    tool: Tool
    bench: Workbench
    subject: Subject
    scope: Scope
    limits: Limits
    home: Path
    path: str
    services: ProjectServices | None = None
    take: Callable[[], TakenReport] | None = None
    installed: Installed | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    again: int | None = None
    executes: bool = False


@dataclass
class _Trace:
    """What is known of a run so far, so that evidence can be written however it ends."""

    argv: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    finished: Finished | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    taken: Taken | None = None
    mask: Mask = field(default_factory=lambda: Mask(()))


async def execute(task: Task, adapter: Adapter, bundle: Path) -> tuple[Evidence, Reading | None]:
    """Run a task to its end and write its evidence. Every way to end is written down; only cancelling is passed on."""
    started = now()
    trace = _Trace()
    reading: Reading | None = None
    problem: RunProblem | None = None
    try:
        reading = await _perform(task, adapter, trace)
    except RunProblem as exc:
        problem = exc
    except Exception as exc:  # noqa: BLE001 - a defect of ours in one check is that check's error, not the end of all
        said = own_error(exc, f"check {task.planned.id}, {task.bench.tree_name.value} tree")
        problem = RunProblem(Ended.CRASHED, said.what, where=said.where, todo=said.todo)
    evidence = _evidence(task, trace, reading, problem, started, bundle)
    return evidence, reading


def own_error(error: Exception, where: str) -> Problem:
    """Return a defect of Lineclear's own as the problem of the one run that met it."""
    return Problem(
        what=f"Lineclear met an error of its own: {type(error).__name__}: {error}",
        where=where,
        todo="Report it with the bundle; the other checks are not touched by it.",
    )


def write_evidence(evidence: Evidence, bundle: Path) -> None:
    """Write ``evidence.json`` of one run."""
    folder = bundle / evidence_folder(evidence.check, evidence.tree, evidence.again)
    save(evidence.canonical(), folder, "evidence.json")


async def _perform(task: Task, adapter: Adapter, trace: _Trace) -> Reading:
    bench = task.bench
    if task.take is not None:
        return await _take(task, task.take, trace)
    if task.executes:
        bench.require_content(bench.files)  # what the project's code makes of a pointer says nothing about it
    invocation = adapter.prepare(bench)
    trace.mask = Mask((*invocation.secrets, *maskable(task.variables)))
    for name, content in invocation.inputs.items():
        (bench.inputs / name).write_bytes(content)
    with OutputFolder(bench.outputs) as outputs, tree_reports(invocation, bench) as reports:
        finished = await _start(task, invocation, trace)
        raw = _collect(task, invocation, finished, outputs, reports, trace)
    reading = await asyncio.to_thread(adapter.read, raw, bench)
    if bench.asked:
        _refuse_unread(task, reading)
    return reading


def _refuse_unread(task: Task, reading: Reading) -> None:
    """Refuse a run that did not look into what it was asked for: it would pass for want of looking."""
    seen = {*reading.examined, *(item.path for item in reading.unexamined), *(f.path for f in reading.findings)}
    for item in task.scope.items or ():
        if file_of(item) not in seen:
            raise RunProblem(
                Ended.NOTHING_EXAMINED,
                f"{task.tool.name} did not look into {file_of(item)!r}, which was selected",
                where=f"check {task.planned.id}, --select",
                todo="Select a file that the check reads, or leave --select out.",
            )


async def _take(task: Task, take: Callable[[], TakenReport], trace: _Trace) -> Reading:
    report = await asyncio.to_thread(take)
    trace.taken = report.about
    trace.files[kept_as(report.name)] = report.content
    return await asyncio.to_thread(TAKEN[task.planned.adapter], {report.name: report.content}, task.bench)


async def _start(task: Task, invocation: Invocation, trace: _Trace) -> Finished:
    async with _project_services(task, trace) as env, _service(task, invocation, env, trace):
        command = _command(task, invocation.argv, invocation.cwd, {**_own(task, invocation), **env, **invocation.env})
        trace.argv, trace.environment = command.argv, tuple(sorted(command.env))
        finished = trace.finished = await run(command)
        trace.files |= {"stdout": trace.mask.data(finished.stdout), "stderr": trace.mask.data(finished.stderr)}
    return finished


@contextlib.asynccontextmanager
async def _project_services(task: Task, trace: _Trace) -> AsyncIterator[Mapping[str, str]]:
    if task.services is None:
        yield {}
        return

    def command(argv: tuple[str, ...], env: dict[str, str], seconds: float | None) -> Command:
        made = _command(task, argv, task.bench.root, {**task.variables, **env})
        return made if seconds is None else dataclasses.replace(made, seconds=seconds)

    said = ServicesOfRun()
    try:
        async with task.services.running(command, task.home, said):
            yield said.env
    finally:
        trace.files |= {name: trace.mask.data(content) for name, content in said.files.items()}


@contextlib.asynccontextmanager
async def _service(task: Task, invocation: Invocation, env: Mapping[str, str], trace: _Trace) -> AsyncIterator[None]:
    spec = invocation.service
    if spec is None:
        yield
        return
    async with serving(_command(task, spec.argv, spec.cwd, {**task.variables, **env, **spec.env})) as service:
        try:
            await wait_until_ready(service, spec, task.planned.id)
            yield
            if trace.finished is not None and trace.finished.exit_code is not None:
                await require_alive(service, spec, task.planned.id)
        finally:
            out, err = service.output()
            trace.files |= {"service.stdout": trace.mask.data(out), "service.stderr": trace.mask.data(err)}


def _own(task: Task, invocation: Invocation) -> Mapping[str, str]:
    """Return the runner's variables for a command that is the project's code: not for a tool that asks its service."""
    return task.variables if invocation.service is None else {}


def _command(task: Task, argv: tuple[str, ...], cwd: Path, env: Mapping[str, str]) -> Command:
    own = {"HOME": str(task.home), "TMPDIR": str(task.home / "tmp"), **env}
    return Command(
        argv=argv,
        cwd=cwd,
        env=clean_environment(own, task.path),
        seconds=task.limits.seconds,
        output_bytes=task.limits.output_bytes,
    )


def _collect(
    task: Task, invocation: Invocation, finished: Finished, outputs: OutputFolder, more: TreeReports, trace: _Trace
) -> Raw:
    where = f"check {task.planned.id}, {task.bench.tree_name.value} tree"
    if finished.exit_code is None:
        ended, todo = _ENDED[finished.ended]
        raise RunProblem(ended, finished.problem or finished.ended, where=where, todo=todo)
    reports: dict[str, bytes] = {}
    for name in invocation.reports:
        try:
            reports[name] = trace.mask.data(outputs.read(name, task.limits.report_bytes))
        except OutputMissing as exc:
            last = _last_line(finished)
            raise RunProblem(
                Ended.NO_REPORT,
                f"{task.tool.name} ended with exit code {finished.exit_code} and left no {name}: {last}",
                where=where,
                todo="Look at its output beside the evidence.",
            ) from exc
        except (OutputRefused, OutputTooLarge) as exc:
            raise RunProblem(Ended.BAD_REPORT, exc.what, where=where, todo=exc.todo) from exc
    if invocation.stdout_report is not None:
        reports[invocation.stdout_report] = trace.files.pop("stdout")
    trace.files |= reports
    found = {name: trace.mask.data(data) for name, data in more.read(outputs, task.limits.report_bytes).items()}
    trace.files |= {kept_as(name): content for name, content in found.items()}
    reports |= found
    return Raw(
        exit_code=finished.exit_code,
        stdout=trace.mask.data(finished.stdout),
        stderr=trace.mask.data(finished.stderr),
        reports=reports,
    )


def _evidence(
    task: Task, trace: _Trace, reading: Reading | None, problem: RunProblem | None, started: str, bundle: Path
) -> Evidence:
    scrub = _Scrub(task, trace.mask)
    finished = trace.finished
    folder = bundle / evidence_folder(task.planned.id, task.bench.tree_name, task.again)
    return Evidence(
        check=task.planned.id,
        tree=task.bench.tree_name,
        again=task.again,
        subject=task.subject,
        ended=Ended.COMPLETED if problem is None and reading is not None else _ended(problem),
        problem=None if problem is None else scrub.problem(problem.problem),
        tool=task.tool,
        installed=task.installed,
        argv=[scrub.text(argument) for argument in trace.argv],
        environment=list(trace.environment),
        started_at=started,
        finished_at=now(),
        exit_code=finished.exit_code if finished is not None else None,
        signal=finished.signal if finished is not None else None,
        trust=task.planned.trust,
        scope=task.scope,
        findings=None if reading is None else [scrub.finding(finding) for finding in reading.findings],
        measures=None if reading is None else reading.measures,
        examined=None if reading is None else sorted(reading.examined & task.bench.changed),
        unexamined=None if reading is None else [scrub.unexamined(item) for item in reading.unexamined],
        passed=None if reading is None or reading.passed is None else list(reading.passed),
        outputs=_save_outputs(trace, folder),
        taken=trace.taken,
    )


def _ended(problem: RunProblem | None) -> Ended:
    return problem.ended if problem is not None else Ended.CRASHED


def _save_outputs(trace: _Trace, folder: Path) -> list[FileDigest]:
    return [save(content, folder, name) for name, content in sorted(trace.files.items()) if content]


class _Scrub:
    """Takes out of texts what is secret, and what differs from run to run: folders, the port, addresses in memory."""

    def __init__(self, task: Task, mask: Mask) -> None:
        bench = task.bench
        self._mask = mask
        names = {
            bench.tree: "{tree}",
            bench.base_tree: "{base}",
            bench.inputs: "{inputs}",
            bench.outputs: "{outputs}",
            bench.data: "{check}",
            bench.project_bin.parent: "{project}",
            task.home: "{home}",
        }
        if task.tool.lock_digest is not None:  # else the tool is the project's own
            names[bench.bin.parent] = "{tool}"
        pairs = sorted(((str(folder), name) for folder, name in names.items()), key=lambda pair: -len(pair[0]))
        self._pairs = [(sys.executable, "{python}"), *pairs, (str(Path(__file__).parents[1]), "{lineclear}")]
        root = bench.outputs.parent  # all that is temporary is below it
        self._root, self._parent = len(str(root)), str(root.parent)
        self._temporary = [folder for folder, _ in pairs if Path(folder).is_relative_to(root)]
        self._port = re.compile(rf"(?<=127\.0\.0\.1:){bench.port}\b|(?<=--port=){bench.port}\b")

    def text(self, text: str) -> str:
        text = self._mask.text(text)
        for folder, name in self._pairs:
            text = text.replace(folder, name)
        text = _ADDRESS.sub("0x…", self._port.sub("{port}", self._without_cut_folders(text)))
        return text.encode("utf-8", "replace").decode("utf-8")

    def _without_cut_folders(self, text: str) -> str:
        for cut in reversed(list(_CUT.finditer(text))):
            before, after = text[: cut.start()], text[cut.end() :]
            begun = max(_overlap(before, folder) for folder in self._temporary)
            if begun >= len(self._parent):
                before = before[:-begun] + "{folder}"
            for folder in self._temporary:
                ended = _overlap(folder, after)
                if ended > len(folder) - self._root:  # else it is no part of the folder's random name
                    after = "{folder}" + after[ended:]
            text = before + cut[0] + after
        return text

    def problem(self, problem: Problem) -> Problem:
        return Problem(what=self.text(problem.what), where=self.text(problem.where), todo=problem.todo)

    def finding(self, finding: RawFinding) -> RawFinding:
        text = self.text(finding.message)
        short = text if len(text) <= _MESSAGE_LENGTH else f"{text[: _MESSAGE_LENGTH - 1]}…"
        return finding.model_copy(update={"message": short})

    def unexamined(self, item: Unexamined) -> Unexamined:
        return item.model_copy(update={"reason": self.text(item.reason)})


def _overlap(left: str, right: str) -> int:
    """Return the length of the longest end of one text that is the beginning of another."""
    return next((n for n in range(min(len(left), len(right)), 0, -1) if left.endswith(right[:n])), 0)


def _last_line(finished: Finished) -> str:
    output = (finished.stderr.strip() or finished.stdout.strip()).decode("utf-8", "replace")
    return output.splitlines()[-1].strip() if output else "it printed nothing"
