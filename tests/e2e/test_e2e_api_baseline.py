"""schemathesis against base and change: what is new, what was there, and what of the base's document is broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from e2e_support import Run, changed_repo, verify

from lineclear.run.service import free_port

pytestmark = [pytest.mark.tools]

SERVICE = '''\
"""A service on the standard library alone. Its first argument says which API it serves."""

import http.server
import json
import os
import re
import sys
import time

API, PORT, VERSION = sys.argv[1], int(os.environ["PORT"]), "base"
stored = []


def state(method, path, body):
    if path == "/old":  # wrong on both trees
        return 500, {"error": "always"}
    if path == "/mixed":  # on the base wrong in one way, on the change in two
        first = {"a": "text", "b": 1} if VERSION == "base" else {"a": "text", "b": "text"}
        return 200, first if len(stored) % 2 else {**first, "a": 1}
    if path == "/new":
        return 200, {"a": 1 if VERSION == "base" else "one"}
    if path == "/things" and method == "POST":
        if isinstance(body, dict) and isinstance(body.get("a"), int):
            stored.append(body["a"])
            return 201, {"a": len(stored)}
        return 400, {"error": "no thing"}
    if path == "/things" and method == "GET":  # on both trees wrong once something is there
        return 200, {"a": "many" if stored else 0}
    found = re.fullmatch("/things/([0-9]+)", path)
    if found:
        return (200, {"a": 1}) if 0 < int(found[1]) <= len(stored) else (404, {"error": "none"})
    return 404, {"error": "no route"}


def document(method, path, body):
    if path == "/gone" and method == "GET" and VERSION == "base":
        return 200, {"a": 1}
    if path == "/typed":
        return 200, {"a": 1 if VERSION == "base" else "one"}
    if path == "/needs" and method == "POST":
        names = {"a"} if VERSION == "base" else {"a", "b"}
        if isinstance(body, dict) and names <= set(body) and all(type(body[name]) is int for name in names):
            return 201, {"a": 1}
        return 400, {"error": "not so"}
    if path == "/kept":
        return 200, {"a": 1}
    return 404, {"error": "no route"}


def slow(method, path, body):
    time.sleep(0.2)
    return 200, {"a": 1}


ANSWER = {"state": state, "document": document, "slow": slow}[API]
PATHS = json.load(open(API + ".json"))["paths"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        path = self.path.partition("?")[0]
        print(self.command, path, dict(self.headers), flush=True)
        length = int(self.headers.get("Content-Length") or 0)
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError:
            body = None
        shape = "/things/{id}" if path.startswith("/things/") else path
        methods = [name.upper() for name in PATHS.get(shape, {"get": 0})]
        if path == "/ready":
            code, value = 200, {}
        elif self.command not in methods:
            code, value = 405, {"error": "method"}
        else:
            code, value = ANSWER(self.command, path, body)
        data = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Allow", ", ".join(methods))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Echo", self.headers.get("X-Api-Key", "none"))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = do_QUERY = answer

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
'''


def body(**types: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": list(types),
        "properties": {name: {"type": kind} for name, kind in types.items()},
        "additionalProperties": True,
    }
    return {"content": {"application/json": {"schema": schema}}}


def answers(code: int = 200, *others: int, **types: str) -> dict[str, Any]:
    documented = {str(code): {"description": "it", **body(**types)}}
    return {"responses": {**documented, **{str(other): {"description": "no"} for other in (*others, 405)}}}


def api(paths: dict[str, Any]) -> str:
    return json.dumps({"openapi": "3.0.3", "info": {"title": "A", "version": "1"}, "paths": paths})


NUMBER = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
STATE = {
    "/old": {"get": answers(a="integer")},
    "/new": {"get": answers(a="integer")},
    "/things": {
        "get": answers(a="integer"),
        "post": {"requestBody": {"required": True, **body(a="integer")}, **answers(201, 400, a="integer")},
    },
    "/things/{id}": {"get": {"parameters": [NUMBER], **answers(200, 404, a="integer")}},
}
DOCUMENT = {
    "/kept": {"get": answers(a="integer")},
    "/typed": {"get": answers(a="integer")},
    "/gone": {"get": answers(200, 404, a="integer")},
    "/needs": {"post": {"requestBody": {"required": True, **body(a="integer")}, **answers(201, 400, a="integer")}},
}
CHANGED = {
    "/kept": {"get": answers(a="integer")},
    "/typed": {"get": answers(a="string")},
    "/needs": {
        "post": {"requestBody": {"required": True, **body(a="integer", b="integer")}, **answers(201, 400, a="integer")}
    },
}
SLOW = {f"/{number}": {"get": answers(a="integer")} for number in range(60)}
COMMAND = "command: 'python service.py {}', ready: /ready, examples: 4"
CONTRACT = f"""\
version: 1
checks:
  state:
    use: schemathesis
    with: {{schema: state.json, {COMMAND.format("state")}, headers: ["X-Api-Key: key ${{API_KEY}}"]}}
  document: {{use: schemathesis, with: {{schema: document.json, {COMMAND.format("document")}}}}}
  relaxed: {{use: schemathesis, with: {{schema: document.json, {COMMAND.format("document")}, compatibility: none}}}}
  slow: {{use: schemathesis, with: {{schema: slow.json, {COMMAND.format("slow")}, maxSeconds: 6}}}}
  unset: {{use: schemathesis, with: {{schema: slow.json, {COMMAND.format("slow")}, headers: "A: ${{NOT_THERE}}"}}}}
"""
KEY = "k3y-of-the-tests/+="


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    base = {
        "lineclear.yaml": CONTRACT,
        "service.py": SERVICE,
        "state.json": api(STATE),
        "document.json": api(DOCUMENT),
        "slow.json": api(SLOW),
        "schemathesis.toml": "[[checks]]\nno = 'such thing'\n",
    }
    change = {"service.py": SERVICE.replace('"base"\n', '"change"\n', 1), "document.json": api(CHANGED)}
    return verify(
        changed_repo(tmp_path_factory.mktemp("api") / "project", base=base, change=change), env={"API_KEY": KEY}
    )


def states(run: Run, check: str) -> set[tuple[str, str, str]]:
    return {(f["message"].partition(":")[0], f["rule"], f["state"]) for f in run.findings(check)}


def test_only_what_the_base_does_not_fail_at_is_new(run: Run) -> None:
    found = states(run, "state")
    assert ("GET /new", "response_schema_conformance", "new") in found
    assert ("GET /old", "not_a_server_error", "existing") in found
    assert {operation for operation, _, state in found if state == "new"} == {"GET /new"}, found


def test_what_fails_only_after_other_requests_is_known_again(run: Run) -> None:
    assert ("GET /things", "response_schema_conformance", "existing") in states(run, "state")


def test_an_equal_document_is_tested_once(run: Run) -> None:
    assert run.evidence("state")["argv"].count("run") == 2  # of the program, and of schemathesis
    assert run.evidence("document")["argv"].count("run") == 3
    assert run.evidence("relaxed")["argv"].count("run") == 2
    assert "--seed=20260101" in run.evidence("state")["argv"]


def test_each_operation_that_breaks_the_base_s_document_is_one_new_finding(run: Run) -> None:
    found = [
        (f["message"].partition(" ")[0] + " " + f["message"].split()[1], f["rule"]) for f in run.findings("document")
    ]
    assert sorted(found) == [
        ("GET /gone", "operation-removed"),
        ("GET /typed", "base-document"),
        ("POST /needs", "base-document"),
    ]
    assert {f["state"] for f in run.findings("document")} == {"new"}
    assert run.check("document")["status"] == "failed"


def test_a_contract_may_do_without_the_base_s_document(run: Run) -> None:
    assert run.findings("relaxed") == []
    assert run.check("relaxed")["status"] == "passed"


def test_what_was_not_tested_in_time_is_said_and_is_not_clean(run: Run) -> None:
    check = run.check("slow")
    assert check["status"] == "failed", check
    missed = [f for f in run.findings("slow") if f["rule"] == "not-tested"]
    tested, expected = (check["measures"][f"operations{name}"] for name in ("Tested", "Expected"))
    assert 0 < tested < expected == 60
    assert len(missed) == expected - tested


def test_a_header_s_variable_reaches_the_service_and_nothing_that_is_kept(run: Run) -> None:
    printed = run.text("evidence/state/merged/service.stdout")
    assert "'X-Api-Key': 'key [masked]'" in printed
    assert run.text("evidence/state/base/service.stdout").count("'X-Api-Key': 'key [masked]'") > 3
    for path in run.bundle.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert "API_KEY" in run.evidence("state")["environment"]


def test_a_variable_that_is_not_set_is_an_error(run: Run) -> None:
    problem = run.evidence("unset")["problem"]
    assert problem["what"] == "the variable NOT_THERE is not set"
    assert problem["where"] == "check unset, setting headers"
    assert run.check("unset")["status"] == "error"


def test_the_service_cannot_know_the_tool_by_its_headers(run: Run) -> None:
    for tree in ("merged", "base"):
        printed = run.text(f"evidence/state/{tree}/service.stdout")
        assert "GET /new" in printed
        assert "schemathesis" not in printed.lower()
    assert "Mozilla/5.0" in printed


def test_the_command_of_a_finding_shows_it_by_hand(run: Run) -> None:
    (finding,) = (f for f in run.findings("state") if f["message"].startswith("GET /new"))
    done = subprocess.run(
        ["bash", "-c", finding["reproduce"].replace("8000", str(free_port()))],
        cwd=run.bundle.parent / "project",
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert '{"a": "one"}' in done.stdout, (finding["reproduce"], done.stderr)
    assert f"X-Echo: key {KEY}" in done.stdout
