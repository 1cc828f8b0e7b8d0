"""The typed CEL environment: invariants and budgets are checked against the facts before anything runs."""

from __future__ import annotations

from lineclear.contract.cel.environment import Bound, Environment, EvaluationError, Program

__all__ = ["Bound", "Environment", "EvaluationError", "Program"]
