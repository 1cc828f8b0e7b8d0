"""Writes what is generated: the JSON Schemas, docs/{commands,checks,rules}.md. ``--check`` only compares."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lineclear.battery.definitions import load_definitions
from lineclear.battery.locks import locked_tool
from lineclear.cli.commands import parser
from lineclear.contract.schema import write_schemas
from lineclear.model.definition import CheckDefinition, Setting

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT / "checks"
OWN = "the project's own"


def main() -> int:
    """Write or compare, and return 1 when something is not fresh."""
    with tempfile.TemporaryDirectory() as folder:
        write_schemas(Path(folder))
        wanted = {f"contracts/schema/{path.name}": path.read_text("utf-8") for path in Path(folder).iterdir()}
    wanted["docs/commands.md"] = "\n".join(_commands()) + "\n"
    wanted["docs/checks.md"] = "\n".join(_checks()) + "\n"
    wanted["docs/rules.md"] = "\n".join(_rules()) + "\n"
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
    yield "the base to tell new findings from existing ones is in the column *base*. The column *control* says whether"
    yield "the check declares a sample that it must catch, which `lineclear check test <check>` proves."
    yield ""
    yield "How to write one for your own repository: [your-own-check.md](your-own-check.md)."
    yield ""
    yield "| check | looks at | tool | base | runs the change's code | trust | control |"
    yield "|---|---|---|---|---|---|---|"
    definitions = load_definitions(CHECKS)
    for item in definitions.values():
        tool = locked_tool(item, CHECKS)
        open_ended = item.tool.environment == "runner" and tool.version is None
        itself = item.tool.environment == "lineclear"
        source = "Lineclear itself" if itself else "any program" if open_ended else f"{tool.name} {tool.version or OWN}"
        runs = "yes" if item.executes else "no"
        control = "declared" if item.control is not None else "uncontrolled"
        yield f"| `{item.id}` | {item.covers} | {source} | {item.base} | {runs} | {item.trust.value} | {control} |"
    for item in definitions.values():
        yield from _check(item)


def _check(item: CheckDefinition) -> Iterator[str]:
    yield f"\n## `{item.id}`\n"
    yield f"{item.title} looks at {item.covers}. One run may take {item.limits.seconds} seconds (`seconds`).\n"
    if not item.settings:
        yield "It has no settings."
        return
    yield "| setting | type | default | meaning |"
    yield "|---|---|---|---|"
    for name, setting in item.settings.items():
        yield f"| `{name}` | {setting.type} | {_default(setting)} | {setting.help} |"


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    return "none" if setting.default in (None, "") else f"`{setting.default}`"


def _rules() -> Iterator[str]:
    measured = tomllib.loads((ROOT / "docs" / "rules.toml").read_text("utf-8"))
    corpus, figures = measured["corpus"], measured["rules"]
    yield "# Rules"
    yield ""
    yield "Generated from `checks/semgrep/rules/` and `docs/rules.toml` by `nox -s generate`. These are the"
    yield "semgrep rules of the pack `lineclear:python`. ERROR blocks by the default policy, the others do not; a rule"
    yield "that spares tests is silent below `tests` and `test` and in `test_*.py`, `*_test.py` and `conftest.py`."
    yield ""
    yield "| rule | level | weakness | confidence | finds | in tests |"
    yield "|---|---|---|---|---|---|"
    rules = [_rule(path) for path in sorted((CHECKS / "semgrep" / "rules").glob("*.yaml"))]
    for rule in rules:
        meta = rule["metadata"]
        finds = rule["message"].split(". ")[0]
        spared = "spared" if rule.get("paths") else "looked at"
        weakness = ", ".join(meta["cwe"])
        yield f"| `{rule['id']}` | {rule['severity']} | {weakness} | {meta['confidence']} | {finds} | {spared} |"
    yield "\n## Measured\n"
    yield f"On {corpus['files']} Python files of {len(corpus['packages'])} packages: {', '.join(corpus['packages'])}."
    yield ""
    yield from (line.strip() for line in corpus["method"].strip().splitlines())
    yield ""
    yield "| rule | level | findings | looked at | right | wrong |"
    yield "|---|---|---|---|---|---|"
    for rule in rules:
        found, looked, right = figures[rule["id"]]
        yield f"| `{rule['id']}` | {rule['severity']} | {found} | {looked} | {right} | {looked - right} |"


def _rule(path: Path) -> dict[str, Any]:
    (rule,) = yaml.safe_load(path.read_text("utf-8"))["rules"]
    assert isinstance(rule, dict)  # noqa: S101 - a file of the pack, held to its form by the tests
    return rule


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


if __name__ == "__main__":
    os.environ["COLUMNS"] = "100"
    sys.exit(main())
