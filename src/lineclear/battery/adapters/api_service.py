"""The service under test: its document in the tree, and the command that serves it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from lineclear.battery.adapter import RunProblem, Workbench
from lineclear.model.words import Ended

__all__ = ["document_of", "service_words"]


def service_words(bench: Workbench, uvicorn: str, port: int) -> tuple[str, ...]:
    """Return the command that serves at a port. Raises :class:`RunProblem` where the settings give none."""
    app, command = _text(bench.settings, "app"), _text(bench.settings, "command")
    if (app is None) == (command is None):
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            "the service needs either `app` or `command`",
            where=f"check {bench.check}",
            todo="Give one of them in the contract, for example `app: service.main:app`.",
        )
    if app is not None:
        return (uvicorn, app, "--host=127.0.0.1", f"--port={port}", "--no-use-colors")
    try:
        argv = shlex.split((command or "").replace("{port}", str(port)))
    except ValueError as exc:
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            f"the service's command cannot be split into words: {exc}",
            where=f"check {bench.check}, setting command",
            todo="Close its quotes.",
        ) from exc
    if not argv:
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            "the service's command is empty",
            where=f"check {bench.check}, setting command",
            todo="Name the program that serves the API.",
        )
    return tuple(argv)


def document_of(bench: Workbench) -> str:
    """Return the path of the API document. Raises :class:`RunProblem` where the tree has none."""
    document = str(bench.settings["schema"]).removeprefix("./")
    if document not in bench.files:
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            f"there is no API document {document!r} in the {bench.tree_name.value} tree",
            where=f"check {bench.check}, setting schema",
            todo="Name a file that the tree has; a link or an ignored file is none.",
        )
    return document


def _text(settings: Mapping[str, object], name: str) -> str | None:
    value = settings.get(name)
    return None if value is None else str(value)
