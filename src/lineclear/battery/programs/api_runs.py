"""Runs schemathesis against a service, or replays the failing cases of such a run against another one.

Runs in the tool's own environment, started as one of

- ``python -I api_runs.py run REPORT CONFIG SECONDS COMMAND… [-- COMMAND…]``: run schemathesis once for each document,
  one after another, ended when SECONDS (0 for no limit) are over. The report holds for each run how it ended, its
  failing cases (schemathesis' own crash files) and the operations of its document, each with the digest of all that
  its definition says;
- ``python -I api_runs.py replay REPORT CONFIG DOCUMENT URL CASES EVENTS``: send every failing case once more, with the
  requests that it builds on, and evaluate its check under DOCUMENT. What does not fail so is tried once more after all
  requests in EVENTS, because it may need what these left in the service.

Nothing here says what is new: it is written down what happened.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

_GRACE_SECONDS = 30.0
_MAX_CASES = 500
_MAX_REQUESTS = 20_000
_LEAST_SECONDS = 1.0
_MAX_BYTES = 16_000_000
_MAX_NODES = 2_000_000
_MAX_FILES = 500
_FILE = re.compile(r"""\$ref["']?\s*:\s*["']?([^#"'\s]+)""")


def main(argv: list[str]) -> int:
    """Write the report; the exit code is 0 whenever it is whole, and 1 for a document that is not to be read."""
    how, report, config, *rest = argv
    if how == "run":
        commands = _commands(rest[1:])
        refused = _refused(_document(commands[0]))
        if refused is not None:
            print(f"the API document cannot be used: {refused}", file=sys.stderr)
            return 1
        value: object = {"runs": list(_runs(report, config, float(rest[0]), commands))}
    else:
        value = _replays(config, *rest)
    Path(report).write_text(json.dumps(value), "utf-8")
    return 0


def _commands(words: list[str]) -> list[list[str]]:
    commands: list[list[str]] = [[]]
    for word in words:
        if word == "--":
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def _document(command: list[str]) -> str:
    return command[command.index("run") + 1]


def _refused(document: str) -> str | None:
    """Return why a document, or one that it refers to, is not given to schemathesis: it has no bounds of its own."""
    waiting = [Path(document)]
    seen: set[Path] = set()
    while waiting and len(seen) < _MAX_FILES:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            data = path.read_bytes()
            if len(data) > _MAX_BYTES:
                return f"{path.name} has more than {_MAX_BYTES // 1_000_000} MB"
            text = data.decode("utf-8")
            if path.suffix != ".json":
                _weigh(yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), {})
        except UnicodeDecodeError:
            return f"{path.name} is not UTF-8"
        except (ValueError, RecursionError) as exc:
            return f"{path.name} cannot be read: {str(exc)[:200]}"
        except (OSError, yaml.YAMLError):
            continue  # schemathesis says what is wrong with it
        waiting += [path.parent / name for name in _FILE.findall(text) if "://" not in name]
    return None


def _weigh(node: Any, known: dict[int, int]) -> int:
    """Return how many nodes a YAML document has with each alias written out. Raises ValueError on too many."""
    if id(node) not in known:
        known[id(node)] = _MAX_NODES + 1  # met again before it is weighed: it holds itself
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        inner = [item for part in parts for item in (part if isinstance(part, tuple) else (part,))]
        known[id(node)] = 1 + sum(_weigh(item, known) for item in inner)
    if known[id(node)] > _MAX_NODES:
        raise ValueError("its aliases stand for too much")
    return known[id(node)]


def _runs(report: str, config: str, seconds: float, commands: list[list[str]]) -> Iterator[dict[str, Any]]:
    """Run the commands. Of a limit the first of two gets two thirds, so that the second is not left without."""
    end = time.monotonic() + seconds
    for number, command in enumerate(commands):
        folder = Path(f"{report}.cases-{number}")
        limit = None
        if seconds:
            left = max(end - time.monotonic(), _LEAST_SECONDS)
            limit = left * 2 / 3 if number + 1 < len(commands) else left
        exit_code, stopped = _call(command, {**os.environ, "LINECLEAR_API_CASES": str(folder)}, limit)
        yield {
            "exitCode": exit_code,
            "stopped": stopped,
            "operations": _operations(_document(command), config),
            "cases": _cases(folder / "crashes"),
        }


def _call(command: list[str], environment: dict[str, str], limit: float | None) -> tuple[int, bool]:
    """Run to the end, or to the limit: then schemathesis is interrupted, and writes its reports."""
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait(limit), False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(_GRACE_SECONDS), True
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(), True


def _cases(folder: Path) -> list[Any]:
    if not folder.is_dir():
        return []
    names = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.name != "manifest.json")
    return [json.loads(path.read_text("utf-8")) for path in names[:_MAX_CASES]]


def _load(document: str, config: str) -> tuple[Any, Any]:
    from schemathesis.cli.loaders import load_schema
    from schemathesis.config import SchemathesisConfig

    read = SchemathesisConfig.from_path(config)
    schema = load_schema(document, read.projects.get_default())
    return schema, read.projects.get(schema.raw_schema)


def _operations(document: str, config: str) -> dict[str, str] | None:
    """Return the digest of every operation, None where the document cannot be read: the run itself says why."""
    os.environ.setdefault("LINECLEAR_API_CASES", os.devnull)
    try:
        schema, _ = _load(document, config)
        return _digests(schema, Path(document).parent)
    except Exception:  # noqa: BLE001 - whatever a hostile document brings about
        return None


def _digests(schema: Any, folder: Path) -> dict[str, str]:
    found = {}
    paths = schema.raw_schema.get("paths", {})
    for result in schema.get_all_operations():
        operation = result.ok()
        item = paths.get(operation.path)
        parts = {
            "operation": operation.definition.raw,
            "parameters": item.get("parameters") if isinstance(item, dict) else None,
            "methods": sorted(item) if isinstance(item, dict) else None,
            "security": schema.raw_schema.get("security"),
        }
        text = json.dumps([parts, _referenced(parts, schema.raw_schema, folder)], sort_keys=True, default=str)
        found[operation.label] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return found


def _referenced(value: Any, document: Any, folder: Path) -> dict[str, Any]:
    """Return all that a value refers to, directly or not: parts of the document, and the bytes of other files."""
    seen: dict[str, Any] = {}
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            reference = item.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen[reference] = _target(reference, document, folder)
                waiting.append(seen[reference])
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return seen


def _target(reference: str, document: Any, folder: Path) -> Any:
    name, _, pointer = reference.partition("#")
    if name:
        try:
            return hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except (OSError, ValueError):
            return None
    for step in filter(None, pointer.split("/")):
        key = step.replace("~1", "/").replace("~0", "~")
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _replays(config: str, document: str, url: str, cases_path: str, events_path: str) -> dict[str, Any]:
    from schemathesis.core.hooks import load_from_env

    load_from_env()
    cases = json.loads(Path(cases_path).read_text("utf-8"))
    operations = _operations(document, config)
    if operations is None:  # a document of the base that nobody can read promised nothing
        nothing = {"status": "errored", "note": "the document cannot be read", "answers": [], "failures": []}
        return {"operations": None, "replays": [nothing for _ in cases]}
    schema, project = _load(document, config)
    results = [_replay(case, url, schema, project) for case in cases]
    again = [number for number, result in enumerate(results) if result["status"] == "fixed"]
    if again:
        _send_all(Path(events_path), url, project)
        for number in again:
            results[number] = _replay(cases[number], url, schema, project)
    return {"operations": operations, "replays": results}


def _replay(case: Any, url: str, schema: Any, project: Any) -> dict[str, Any]:
    from schemathesis.baseline.model import failure_identity
    from schemathesis.cli.commands.replay.executor import replay_crash_file
    from schemathesis.reporting.crashes import CrashFile

    crash = CrashFile.from_dict(case)
    outcome = replay_crash_file(crash, base_url=url, project_config=project, schema=schema)
    check = crash.sequence[-1].checks[0].name
    failures = []
    for failure in outcome.failures:
        operation, _, kind, key = failure_identity(failure, check)
        digest = hashlib.sha256(f"{kind}|{operation}|{key}".encode()).hexdigest()[:8]
        failures.append({"code": failure.code, "fingerprint": digest})
    return {
        "status": outcome.status.value,
        "note": outcome.error_message,
        "answers": [step.status_code for step in outcome.step_outcomes],
        "failures": failures,
    }


def _send_all(events: Path, url: str, project: Any) -> None:
    """Send the requests of a whole run in their order, whatever is answered."""
    import requests
    from schemathesis.engine.context import make_session

    session = make_session(project, operation=None)
    own = {"host", *(name.lower() for name in session.headers)}  # a recorded one has its value masked
    for number, request in enumerate(_requests(events)):
        if number >= _MAX_REQUESTS:
            break
        uri = urlsplit(request["uri"])
        if not uri.path.startswith("/"):
            continue
        body = request.get("body")
        if isinstance(body, dict):
            body = base64.b64decode(body["$base64"])
        headers = {
            name: ", ".join(value) if isinstance(value, list) else value
            for name, value in request.get("headers", {}).items()
            if name.lower() not in own
        }
        try:
            session.request(
                request["method"],
                f"{url}{uri.path}{f'?{uri.query}' if uri.query else ''}",
                headers=headers,
                data=body.encode() if isinstance(body, str) else body,
                timeout=10,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError, UnicodeError):
            continue
    session.close()


def _requests(events: Path) -> Iterator[dict[str, Any]]:
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            for interaction in (scenario or {}).get("recorder", {}).get("interactions", {}).values():
                yield interaction["request"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
