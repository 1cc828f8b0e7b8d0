"""The two trees that the oracle runs on, as the plan has them: the code of one side with the tests of the other."""

from __future__ import annotations

from pydantic import Field

from lineclear.model.base import Model
from lineclear.model.evidence import Subject

__all__ = ["PlannedOverlay"]


class PlannedOverlay(Model):
    """The test overlay of one project, where it differs between base and merge result.

    ``old_tests`` is the merge result with the base's overlay, ``new_tests`` the base with the merge result's.
    ``differs`` are the files of the overlay that differ; ``steering`` those of them that could decide any test's
    outcome (pytest's hooks and configuration). ``gone`` are the names (modules, functions, classes, parameters) that
    a changed file of the product defined on the base and does not define any more.
    """

    old_tests: Subject
    new_tests: Subject
    differs: list[str] = Field(min_length=1)
    steering: list[str]
    gone: list[str]
