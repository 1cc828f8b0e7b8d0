"""The battery of one verification: all checks that its contract may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lineclear.battery.own import OwnCheck
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Tool

__all__ = ["Battery"]


@dataclass(frozen=True, kw_only=True)
class Battery:
    """The check definitions with their tools, by id; ``own`` are those of the repository among them."""

    definitions: Mapping[str, CheckDefinition]
    tools: Mapping[str, Tool]
    own: Mapping[str, OwnCheck] = field(default_factory=dict)
