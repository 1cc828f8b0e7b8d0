"""Reads SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): one log, whatever tool wrote it.

A tool that says of itself that it did not succeed, or met an error, gave no result, whatever results it lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import AliasGenerator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.scanner import Shape, json_report, shaped
from lineclear.model.words import Ended, Level

__all__ = ["ArtifactPlace", "SarifRegion", "SarifResult", "SarifRun", "read_sarif"]

_LEVELS = {"error": Level.ERROR, "warning": Level.WARNING, "note": Level.NOTE, "none": Level.NOTE}
_NO_DEFECT = frozenset({"pass", "notApplicable", "informational"})
_NOT_ACCEPTED = frozenset({"underReview", "rejected"})
_ARGUMENT = re.compile(r"\{(\d{1,3})\}")
_From1 = Annotated[int, Field(ge=1)]
_T = TypeVar("_T")


class _Sarif(Shape):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel), extra="ignore", frozen=True)


class _Message(_Sarif):
    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] = Field(default_factory=list)


class ArtifactPlace(_Sarif):
    """Where a file is: a URI, relative to a base that has a name, or a number in the run's list of files."""

    uri: str | None = None
    uri_base_id: str | None = None
    index: int = -1


class SarifRegion(_Sarif):
    """A part of a file: lines and columns from 1, the last column excluded."""

    start_line: _From1 | None = None
    start_column: _From1 | None = None
    end_line: _From1 | None = None
    end_column: _From1 | None = None


class _Physical(_Sarif):
    artifact_location: ArtifactPlace | None = None
    region: SarifRegion | None = None


class _Logical(_Sarif):
    fully_qualified_name: str | None = None
    name: str | None = None


class _Location(_Sarif):
    physical_location: _Physical | None = None
    logical_locations: list[_Logical] = Field(default_factory=list)


class _Suppression(_Sarif):
    status: str = "accepted"


class _ComponentReference(_Sarif):
    index: int = -1


class _RuleReference(_Sarif):
    id: str | None = None
    index: int = -1
    tool_component: _ComponentReference | None = None


class _Result(_Sarif):
    rule_id: str | None = None
    rule_index: int = -1
    rule: _RuleReference | None = None
    kind: str = "fail"
    level: str | None = None
    message: _Message
    locations: list[_Location] | None = None
    suppressions: list[_Suppression] | None = None
    baseline_state: str | None = None


class _Configuration(_Sarif):
    level: str = "warning"


class _Rule(_Sarif):
    id: str
    help: _Message | None = None
    default_configuration: _Configuration | None = None
    message_strings: dict[str, _Message] = Field(default_factory=dict)


class _Component(_Sarif):
    name: str = Field(min_length=1)
    rules: list[_Rule] | None = None
    global_message_strings: dict[str, _Message] = Field(default_factory=dict)


class _Tool(_Sarif):
    driver: _Component
    extensions: list[_Component] | None = None


class _Notification(_Sarif):
    level: str = "warning"
    message: _Message


class _Invocation(_Sarif):
    execution_successful: bool
    tool_execution_notifications: list[_Notification] | None = None
    tool_configuration_notifications: list[_Notification] | None = None


class _Artifact(_Sarif):
    location: ArtifactPlace | None = None


class _Run(_Sarif):
    tool: _Tool
    results: list[_Result]
    invocations: list[_Invocation] | None = None
    artifacts: list[_Artifact] | None = None
    original_uri_base_ids: dict[str, ArtifactPlace] | None = None
    column_kind: str = "utf16CodeUnits"
    external_property_file_references: dict[str, object] | None = None


class _Log(_Sarif):
    version: str
    runs: list[_Run]


@dataclass(frozen=True, kw_only=True)
class SarifResult:
    """One result that is a defect. ``place`` is None where it is about no file, ``name`` what it is about then."""

    rule: str
    level: Level
    message: str
    help: str | None
    place: ArtifactPlace | None
    region: SarifRegion | None
    name: str


@dataclass(frozen=True, kw_only=True)
class SarifRun:
    """One run of one tool. ``artifacts`` are the files that it looked at, as it names them."""

    tool: str
    results: list[SarifResult]
    suppressed: int
    artifacts: list[ArtifactPlace]
    bases: Mapping[str, ArtifactPlace]
    code_points: bool


def read_sarif(raw: bytes, where: str) -> list[SarifRun]:
    """Return the runs of a log, at least one; raises :class:`RunProblem` for what is no whole result."""
    report = json_report(raw, where, "the tool")
    if report.get("version") != "2.1.0":
        raise _bad(f"the report is no SARIF 2.1.0: its version is {str(report.get('version'))[:50]!r}", where)
    log = shaped(_Log, report, where, "SARIF 2.1.0")
    if not log.runs:
        raise _bad("the SARIF log has no run, so nothing says that the tool ran", where)
    return [_run(run, where) for run in log.runs]


def _run(run: _Run, where: str) -> SarifRun:
    name = run.tool.driver.name
    if run.external_property_file_references:
        raise _bad(f"{name} left parts of its SARIF log in other files", where)
    _refuse_failed(run, where)
    defects, suppressed = [], 0
    for result in run.results:
        if result.kind in _NO_DEFECT or result.baseline_state == "absent":
            continue
        if result.suppressions and not any(item.status in _NOT_ACCEPTED for item in result.suppressions):
            suppressed += 1
            continue
        defects.append(_result(result, run))
    return SarifRun(
        tool=name,
        results=defects,
        suppressed=suppressed,
        artifacts=[item.location for item in run.artifacts or [] if item.location is not None],
        bases=run.original_uri_base_ids or {},
        code_points=run.column_kind == "unicodeCodePoints",
    )


def _refuse_failed(run: _Run, where: str) -> None:
    name = run.tool.driver.name
    for invocation in run.invocations or []:
        said = [*(invocation.tool_execution_notifications or []), *(invocation.tool_configuration_notifications or [])]
        errors = [item for item in said if item.level == "error"]
        if errors or not invocation.execution_successful:
            why = _text(errors[0].message, None, run) if errors else "it does not say why"
            raise RunProblem(
                Ended.CRASHED,
                f"{name} says that it {'met an error' if errors else 'did not succeed'}: {why}",
                where=where,
                todo="Mend what it names; without it the tool did not look at everything.",
            )


def _result(result: _Result, run: _Run) -> SarifResult:
    rule = _rule(result, run)
    stated = result.rule_id or (result.rule.id if result.rule else None) or (rule.id if rule else None)
    level = result.level or (rule.default_configuration.level if rule and rule.default_configuration else "warning")
    location = result.locations[0] if result.locations else None
    physical = location.physical_location if location is not None else None
    logical = location.logical_locations if location is not None else []
    return SarifResult(
        rule=stated or run.tool.driver.name,
        # Only what fails has a level, a word that is none counting as the worst; what a person is to look at is a note.
        level=Level.NOTE if result.kind in ("open", "review") else _LEVELS.get(level, Level.ERROR),
        message=_text(result.message, rule, run),
        help=_help(rule, run),
        place=physical.artifact_location if physical is not None else None,
        region=physical.region if physical is not None else None,
        name=next((item.fully_qualified_name or item.name or "" for item in logical), ""),
    )


def _rule(result: _Result, run: _Run) -> _Rule | None:
    """Find the description of a result's rule: by its number, else by its id or by that above it (CA1000/1)."""
    reference = result.rule or _RuleReference()
    component = run.tool.driver
    if reference.tool_component is not None and run.tool.extensions:
        component = _at(run.tool.extensions, reference.tool_component.index) or component
    rules = component.rules or []
    number = result.rule_index if result.rule_index >= 0 else reference.index
    if number >= 0:
        return _at(rules, number)
    wanted = result.rule_id or reference.id or ""
    named = {rule.id: rule for rule in rules}
    return named.get(wanted) or named.get(wanted.rpartition("/")[0])


def _help(rule: _Rule | None, run: _Run) -> str | None:
    """Return the first line of a rule's help; not one with gaps that only a single result could fill."""
    if rule is None or rule.help is None or not (rule.help.text or "").strip():
        return None
    line = _text(rule.help, rule, run).splitlines()[0].strip()
    return None if "{" in line else line


def _text(message: _Message, rule: _Rule | None, run: _Run) -> str:
    """Return a message in words, its arguments filled in; the words may stand with the rule or the tool, by name."""
    text = message.text or message.markdown
    if text is None and message.id is not None:
        known = (rule.message_strings if rule is not None else {}) | run.tool.driver.global_message_strings
        named = known.get(message.id)
        text = (named.text or named.markdown) if named is not None else None
    filled = "".join(_filled(text or "", message.arguments)).strip()
    return filled or "no message"


def _filled(text: str, arguments: Sequence[str]) -> Iterator[str]:
    end = 0
    for match in _ARGUMENT.finditer(text):
        number = int(match[1])
        yield text[end : match.start()]
        yield arguments[number] if number < len(arguments) else match[0]
        end = match.end()
    yield text[end:]


def _at(items: Sequence[_T], number: int) -> _T | None:
    return items[number] if 0 <= number < len(items) else None


def _bad(what: str, where: str) -> RunProblem:
    return RunProblem(Ended.BAD_REPORT, what, where=where, todo="Let the tool write SARIF 2.1.0, and run it again.")
