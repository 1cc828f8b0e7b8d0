"""Every error that Lineclear raises on purpose: what was found, where, and what to do about it."""

from __future__ import annotations

__all__ = [
    "BundleError",
    "ContractError",
    "EngineError",
    "LineclearError",
    "UsageError",
    "VerificationRefused",
]


class LineclearError(Exception):
    """An error with its three parts. Only the outermost function of the command line catches it."""

    exit_code = 4

    def __init__(self, what: str, *, where: str, todo: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  to do: {self.todo}"


class UsageError(LineclearError):
    """The command cannot be carried out as it was given: wrong options, no repository, unknown revision."""

    exit_code = 2


class ContractError(LineclearError):
    """The contract, or a check definition that it uses, is not valid."""

    exit_code = 2


class EngineError(LineclearError):
    """No verdict could be established: something the verification needs is missing or broke."""

    exit_code = 4


class BundleError(LineclearError):
    """A bundle is incomplete, was altered, or is not a bundle."""

    exit_code = 4


class VerificationRefused(LineclearError):
    """A bundle is sound but does not carry the signature that was asked for."""

    exit_code = 1
