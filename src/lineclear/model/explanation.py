"""A contract with where each of its values comes from, as ``lineclear contract show`` gives it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from lineclear.model.base import Model
from lineclear.model.contract import Inherited
from lineclear.model.words import ContractSource

__all__ = ["ExplainedContract", "ExplainedValue", "Origin"]


class Origin(StrEnum):
    """Where a value comes from: a contract's file, Lineclear's default, the check's definition, or the tree's files."""

    STATED = "stated"
    DEFAULT = "default"
    DEFINITION = "definition"
    FOUND = "found"


class ExplainedValue(Model):
    """One value: its dotted path in the contract, and where it comes from.

    ``where`` is ``uri:line:column`` for what is stated, and the files that say so for what is found; else null.
    """

    path: str
    value: JsonValue
    origin: Origin
    where: str | None


class ExplainedContract(Model):
    """Every effective value of a contract; ``base`` is the commit that it was read from, null for a given file."""

    schema_version: Literal[1] = 1
    source: ContractSource
    uri: str
    digest: str
    base: str | None
    extends: list[Inherited]
    values: list[ExplainedValue] = Field(description="In the order of the contract; checks in order of id.")
