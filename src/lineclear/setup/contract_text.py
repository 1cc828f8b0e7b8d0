"""Writes a first contract for what a survey found: short, in the order in which people read it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence

from lineclear.run.detect import Locked
from lineclear.setup.services import Service
from lineclear.setup.survey import Survey

__all__ = ["contract_text"]

_WIDTH = 30


def contract_text(found: Survey, known: Collection[str], *, own: Sequence[str] = ()) -> str:
    """Return the text of ``lineclear.yaml``; ``known`` are the ids of the checks that there are.

    ``own`` are those of the repository's own that need no settings.
    """
    parts = [_HEAD, _project(found), "\n".join(["checks:", *_checks(found, known, own)]), _FOOT]
    return "\n\n".join(part for part in parts if part) + "\n"


_HEAD = """\
# What must hold for a change to this repository. A change is judged by the contract of its base, so it cannot alter its
# own. `lineclear contract check` says what is wrong here, `lineclear contract show` what follows from it.
version: 1

# Changes that an agent wrote, or nobody knows who: a person has to look where they touch workflows, the test runner's
# configuration, or delete tests; and their size has limits.
extends: [lineclear:agent-pr]

# To begin without blocking anything (the verdict is shown, the exit code is 0), remove the "# " of the next line:
# enforcement: report"""

_FOOT = """\
# What must hold besides, in CEL (type-checked by `lineclear contract check`):
# invariants:
#   - id: tests-kept
#     require: "tests.failed == 0 && tests.collected > 0"
#     otherwise: fail
#     message: The test suite is empty or fails.
#     remedy: Bring the tests back."""


def _project(found: Survey) -> str:
    lines = []
    if found.root != ".":
        lines.append(f"root: {_text(found.root)}")
    install = found.detected.install if found.tests and found.detected is not None else None
    if isinstance(install, Locked):
        pinned = [f"extra {name}" for name in install.extras] + [f"group {name}" for name in install.groups]
        lines.append(f"# What the tests need is installed as uv.lock pins it: {', '.join(['the project', *pinned])}.")
    elif install:
        lines.append("# What the tests need is found anew for each change. To state it instead:")
        lines.append(f"# install: [{', '.join(json.dumps(entry) for entry in install)}]")
    elif install is not None:
        lines.append("# No file says what the tests need. If they need something, state it:")
        lines.append('# install: ["-r requirements.txt"]')
    if found.root != ".":
        return "\n".join(["project:", *(f"  {line}" for line in lines)])
    return "\n".join([*lines[:1], *(["# project:"] if lines[1:] else []), *(f"#   {line[2:]}" for line in lines[1:])])


def _checks(found: Survey, known: Collection[str], own: Sequence[str]) -> Iterator[str]:
    rows: list[tuple[str, str]] = []
    if found.tests:
        rows.append(("pytest: {}", "the project's own tests"))
    for folder in found.others:
        rows.append(
            (f"pytest-{_slug(folder)}: {{use: pytest, with: {{root: {_text(folder)}}}}}", f"the tests in {folder}")
        )
    if found.python:
        rows.append(("bandit: {}", "insecure calls in Python"))
        rows.append(("semgrep: {}", "what agents get wrong in Python"))
    width = max((len(row[0]) for row in rows), default=0)
    yield from (f"  {entry:<{width}}  # {why}" for entry, why in rows if re.split("[:-]", entry)[0] in known)
    if found.service is not None:
        yield from _service(found.service)
    for item in found.instances:
        settings = f"{{schema: {_text(item.schema)}, instances: {_text(item.pattern)}}}"
        yield f"  {item.name}: {{use: jsonschema, with: {settings}}}"
    yield from (f"  {name}: {{}}  # lineclear-checks/{name}.toml" for name in own)
    if not rows and not own and not found.instances and (found.service is None or not _is_whole(found.service)):
        yield "  {}  # nothing was found that this version has a check for"


def _slug(folder: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")


def _service(service: Service) -> Iterator[str]:
    if _is_whole(service):
        settings = f"{{schema: {_text(service.documents[0])}, app: {_text(service.apps[0])}}}"
        yield f"  schemathesis: {{with: {settings}}}"
    elif service.documents and service.apps:
        yield "  # The service against its OpenAPI document; choose one of each:"
        yield f"  #   documents: {', '.join(service.documents[:4])}"
        yield f"  #   applications: {', '.join(service.apps[:4])}"
        yield f"  # schemathesis: {{with: {{schema: {service.documents[0]}, app: {_text(service.apps[0])}}}}}"


def _is_whole(service: Service) -> bool:
    return len(service.documents) == 1 and len(service.apps) == 1


def _text(text: str) -> str:
    """Return a text as YAML: as it stands where it is a path of letters, else in double quotes, as JSON has them."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)+", text)
    return text if plain else json.dumps(text)
