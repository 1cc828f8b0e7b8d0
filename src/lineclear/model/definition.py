"""The definition of one check, as ``checks/<id>.toml`` declares it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, model_validator

from lineclear.model.base import Model
from lineclear.model.words import Trust

__all__ = ["CheckDefinition", "Control", "Limits", "Reruns", "Setting", "ToolSource"]

Direction = Literal["fixed", "free", "grow", "shrink", "lower", "higher"]


class Setting(Model):
    """One setting of a check.

    ``direction`` says which way is stricter: a number that may only get ``lower`` or ``higher``, a list that may
    only ``grow`` or ``shrink``, ``fixed`` where any other value could be looser, ``free`` where none is.
    """

    type: Literal["string", "strings", "integer", "integers", "boolean", "choice"]
    help: str
    required: bool = False
    default: JsonValue = None
    choices: list[str] = Field(default_factory=list)
    direction: Direction


class ToolSource(Model):
    """Where the tool comes from.

    ``own``: hash-locked requirements beside the definition. ``project``: the project's environment. ``runner``: the
    runner's ``PATH``, with the requirements' environment before it where there are any. ``lineclear``: the interpreter
    that Lineclear itself runs under.
    """

    name: str
    environment: Literal["own", "project", "runner", "lineclear"]
    requirements: str | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> ToolSource:
        if self.environment == "own" and self.requirements is None:
            raise ValueError("a tool of its own environment needs requirements")
        return self


class Limits(Model):
    """What one run may use: seconds of wall time, bytes of standard output and error, bytes of one report."""

    seconds: Annotated[int, Field(gt=0)] = 600
    output_bytes: Annotated[int, Field(gt=0)] = 32_000_000
    report_bytes: Annotated[int, Field(gt=0)] = 64_000_000


class Reruns(Model):
    """How often what fails is run again, alone; and ``most``, the number of items above which nothing is."""

    times: Annotated[int, Field(ge=1, le=9)]
    most: Annotated[int, Field(gt=0)] = 50


class Control(Model):
    """A sample that the check must catch. ``files`` is a folder of the check's own, relative to the definition.

    Its files are laid over a tree; then there must be a finding with this ``rule``, in this ``path``, or both.
    ``with`` are settings that the sample needs, where the defaults of the definition do not do.
    """

    files: str
    path: str | None = None
    rule: str | None = None
    with_: dict[str, JsonValue] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _can_be_known_again(self) -> Control:
        if self.path is None and self.rule is None:
            raise ValueError("a control needs a rule or a path to be known again by")
        return self


class CheckDefinition(Model):
    """One member of the battery.

    ``base`` says what is run on the base: the ``changed`` files, the items ``failing`` on the merge result, all of it
    ``whenFound`` something on the merge result, or ``all`` always; ``exchanged``: the tests of each tree are run on the
    code of the other (docs/gaming.md); ``comparing``: nothing, because the run compares the two trees itself.
    ``executes``: whether the change's code runs.
    ``needs`` says what the trees must hold for the check to apply: Python files, tests, tests that the change touches
    (``overlay``), or nothing by itself.
    ``provides`` names packages (with their hash-locked requirements) that the project's environment is given where it
    has none of its own. ``suite``: whether it runs tests and counts them (testsCollected, testsPassed, testsFailed,
    testsSkipped). ``reruns``: whether what fails is run again, to tell flaky tests from failures (docs/flaky.md).
    ``select`` says what ``--select`` may name: test ids, files, or nothing because the check runs in full only.
    ``covers`` completes the sentence "<id> looked at <covers>". ``control`` is what shows that the check is alive;
    a check without one is uncontrolled.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    covers: str
    adapter: str
    trust: Trust
    executes: bool
    needs: Literal["python", "tests", "overlay", "nothing"]
    suite: bool = False
    base: Literal["changed", "failing", "whenFound", "all", "exchanged", "comparing"]
    select: Literal["tests", "files", "nothing"] = "nothing"
    tool: ToolSource
    provides: dict[str, str] = Field(default_factory=dict)
    limits: Limits = Field(default_factory=Limits)
    reruns: Reruns | None = None
    control: Control | None = None
    settings: dict[str, Setting] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _exchanges_what_it_needs(self) -> CheckDefinition:
        if (self.base == "exchanged") != (self.needs == "overlay"):
            raise ValueError("base is exchanged where a check needs the overlay, and nowhere else")
        return self
