"""Reads the report of ``programs/validate_instances.py``."""

from __future__ import annotations

from pydantic import Field, ValidationError, model_validator

from lineclear.battery.adapter import RunProblem
from lineclear.model.base import Model
from lineclear.model.words import Ended

__all__ = ["InstanceError", "InstanceReport", "InstanceResult", "Narrowed", "read_instances"]


class SchemaProblem(Model):
    """Why the schema cannot be used; ``pointer`` is the JSON pointer into it (RFC 6901)."""

    pointer: str
    message: str


class InstanceError(Model):
    """One place in an instance that the schema refuses; of a missing property, the place where it should be.

    ``value`` is the digest of what stands in an array, where the index says nothing of what is found.
    """

    pointer: str
    keyword: str = Field(min_length=1)
    message: str = Field(min_length=1)
    line: int | None = Field(ge=1)
    value: str | None


class Narrowed(InstanceError):
    """A place where data that fitted the base's schema does not fit the change's: the first of ``count`` such.

    ``place`` is the pointer with a star for each index; ``path`` the instance on the base.
    """

    place: str
    path: str
    count: int = Field(ge=1)


class InstanceResult(Model):
    """One instance. ``count`` is the number of errors, of which the first are listed."""

    path: str
    unreadable: str | None
    errors: list[InstanceError]
    count: int

    @model_validator(mode="after")
    def _counts_what_it_lists(self) -> InstanceResult:
        if self.count < len(self.errors) or bool(self.count) != bool(self.errors) or (self.unreadable and self.errors):
            raise ValueError("an instance is unreadable, or counts the errors of which it lists the first")
        return self


class InstanceReport(Model):
    """The whole report: a schema that cannot be used, or a result for every instance."""

    schema_error: SchemaProblem | None
    instances: list[InstanceResult]
    narrowed: list[Narrowed] | None

    @model_validator(mode="after")
    def _says_one_thing(self) -> InstanceReport:
        if self.schema_error is not None and (self.instances or self.narrowed is not None):
            raise ValueError("a schema that cannot be used has no instances")
        return self


def read_instances(raw: bytes, where: str, expected: list[str], *, compared: bool) -> InstanceReport:
    """Parse the report; one that leaves out an instance, or the base's data, is no result."""
    try:
        report = InstanceReport.model_validate_json(raw)
    except ValidationError as exc:
        raise RunProblem(
            Ended.BAD_REPORT, "the validation report is not whole", where=where, todo="Run it again."
        ) from exc
    if report.schema_error is None and [item.path for item in report.instances] != expected:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"the validation report has {len(report.instances)} instances, {len(expected)} were given",
            where=where,
            todo="Run it again.",
        )
    if report.schema_error is None and (report.narrowed is not None) != compared:
        raise RunProblem(
            Ended.BAD_REPORT, "the validation report says nothing of the base's data", where=where, todo="Run it again."
        )
    return report
