"""Writes what is generated: the JSON Schemas, docs/commands.md and docs/checks.md. ``--check`` only compares."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lineclear.battery.definitions import load_definitions
from lineclear.battery.locks import locked_tool
from lineclear.cli.commands import parser
from lineclear.contract.schema import write_schemas
from lineclear.model.definition import CheckDefinition, Setting

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT / "checks"


def main() -> int:
    """Write or compare, and return 1 when something is not fresh."""
    with tempfile.TemporaryDirectory() as folder:
        write_schemas(Path(folder))
        wanted = {f"contracts/schema/{path.name}": path.read_text("utf-8") for path in Path(folder).iterdir()}
    wanted["docs/commands.md"] = "\n".join(_commands()) + "\n"
    wanted["docs/checks.md"] = "\n".join(_checks()) + "\n"
    stale = [name for name, text in sorted(wanted.items()) if _read(ROOT / name) != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is not fresh; write it again with: nox -s generate")
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(wanted[name], "utf-8")
        print(f"wrote {name}")
    return 0


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield "Generated from the program's own help by `nox -s generate`."
    for name, command in _walk("lineclear", parser()):
        yield f"\n## `{name}`\n\n```text"
        yield command.format_help().rstrip()
        yield "```"


def _walk(name: str, command: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, child in action.choices.items():
                yield from _walk(f"{name} {word}", child)


def _checks() -> Iterator[str]:
    yield "# Checks"
    yield ""
    yield "Generated from `checks/*.toml` by `nox -s generate`. A check looks at the merge result; what it needs of"
    yield "the base to tell new findings from existing ones is in the column *base*."
    yield ""
    yield "| check | looks at | tool | base | runs the change's code | trust |"
    yield "|---|---|---|---|---|---|"
    definitions = load_definitions(CHECKS)
    for item in definitions.values():
        tool = locked_tool(item, CHECKS)
        version = tool.version or "the project's own"
        runs = "yes" if item.executes else "no"
        yield f"| `{item.id}` | {item.covers} | {tool.name} {version} | {item.base} | {runs} | {item.trust.value} |"
    for item in definitions.values():
        yield from _check(item)


def _check(item: CheckDefinition) -> Iterator[str]:
    yield f"\n## `{item.id}`\n"
    yield f"{item.title} looks at {item.covers}. One run may take {item.limits.seconds} seconds (`seconds`).\n"
    yield "| setting | type | default | meaning |"
    yield "|---|---|---|---|"
    for name, setting in item.settings.items():
        yield f"| `{name}` | {setting.type} | {_default(setting)} | {setting.help} |"


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    return "none" if setting.default is None else f"`{setting.default}`"


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


if __name__ == "__main__":
    os.environ["COLUMNS"] = "100"
    sys.exit(main())
