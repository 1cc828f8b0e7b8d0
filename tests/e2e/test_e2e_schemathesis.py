"""A service under test that never answers, dies, hangs or has nothing to test: never a result, never clean."""

from __future__ import annotations

import json
import uuid

import pytest
from e2e_support import Run, assert_no_result, changed_repo, processes_with, verify

pytestmark = [pytest.mark.tools]

MARK = f"service-{uuid.uuid4().hex}"

SERVICE = '''\
"""A service on the standard library alone. Its first argument says how it behaves."""

import http.server
import json
import os
import sys
import time

how, port = sys.argv[1], int(os.environ["PORT"])
print("starting", how, flush=True)
if how == "dies":
    sys.exit("no database")
if how == "silent":
    time.sleep(600)
answered = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        global answered
        if self.path != "/ready":
            answered += 1
            if how == "midway" and answered > 2:
                print("out of memory", file=sys.stderr, flush=True)
                os._exit(137)
            if how == "hangs" and answered > 1:
                time.sleep(600)
        code, body = 200, json.dumps({"id": 1} if how != "wrong" else {"id": "one"}).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self):
        self.close_connection = True
        self.send_response(405)
        self.send_header("Allow", "GET")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = do_QUERY = refuse

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
'''

OK = {
    "description": "An order",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "integer"}},
            }
        }
    },
}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Orders", "version": "1"},
    "paths": {"/orders": {"get": {"operationId": "orders", "responses": {"200": OK}}}},
}

CASES = {
    # name: document, how the service behaves, further settings
    "good": ("openapi.json", "good", ""),
    "wrong": ("openapi.json", "wrong", ""),
    "silent": ("openapi.json", "silent", ", startSeconds: 1"),
    "dies": ("openapi.json", "dies", ""),
    "midway": ("openapi.json", "midway", ""),
    "hangs": ("openapi.json", "hangs", ""),
    "empty": ("empty.json", "good", ""),
    "half": ("half.json", "good", ""),
    "nowhere": ("nothing.json", "good", ""),
    "bomb": ("bomb.yaml", "good", ""),
    "latin": ("latin.yaml", "good", ""),
    "nocommand": ("openapi.json", None, ""),
}


BOMB = "openapi: 3.0.3\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 9)
)


def _entry(name: str) -> str:
    document, how, more = CASES[name]
    command = "no-such-program" if how is None else f"python service.py {how} {MARK}"
    settings = f"schema: {document}, command: '{command}', ready: /ready, examples: 2{more}"
    limit = ", seconds: 8" if name == "hangs" else ""
    return f"  {name}: {{use: schemathesis, with: {{{settings}}}{limit}}}\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    base: dict[str, str | bytes] = {
        "lineclear.yaml": f"version: 1\nchecks:\n{''.join(map(_entry, CASES))}",
        "service.py": SERVICE.replace('how != "wrong"', "True"),
        "openapi.json": json.dumps(DOCUMENT),
        "empty.json": json.dumps({**DOCUMENT, "paths": {}}),
        "bomb.yaml": BOMB,
        "latin.yaml": b"openapi: 3.0.3\ninfo: {title: \xe9, version: '1'}\n",
        "half.json": '{"openapi": "3.0.3", "paths": ',
    }
    folder = tmp_path_factory.mktemp("schemathesis") / "project"
    return verify(changed_repo(folder, base=base, change={"service.py": SERVICE}))


def test_a_service_that_answers_as_documented_passes(run: Run) -> None:
    check = run.check("good")
    assert check["status"] == "passed", check["reason"]
    assert check["measures"]["operationsTested"] == check["measures"]["operationsExpected"] == 1


def test_an_answer_that_is_not_as_documented_is_a_new_finding(run: Run) -> None:
    found = run.findings("wrong")
    assert {f["state"] for f in found} == {"new"}
    assert "response_schema_conformance" in {f["rule"] for f in found}
    assert run.check("wrong")["status"] == "failed"
    assert "GET /orders answered 200" in found[0]["message"]


NO_RESULT = {
    "silent": ("timeout", "timeout", "did not answer on http://127.0.0.1:{port}/ready in 1 seconds"),
    "dies": ("crashed", "error", "the service did not start: it ended with exit code 1. no database"),
    "midway": ("crashed", "error", "the service ended while it was being tested: exit code 137. out of memory"),
    "empty": ("crashed", "error", "the API document has no operation"),
    "half": ("crashed", "error", "schemathesis met errors of its own: Schema Loading Error"),
    "nowhere": ("nothingExamined", "error", "there is no API document 'nothing.json'"),
    "bomb": ("noReport", "error", "the API document cannot be used: bomb.yaml cannot be read: its aliases stand for"),
    "latin": ("noReport", "error", "the API document cannot be used: latin.yaml is not UTF-8"),
    "nocommand": ("crashed", "error", "cannot execute no-such-program"),
}


@pytest.mark.parametrize("check", NO_RESULT)
def test_a_service_that_cannot_be_tested_gives_no_result(run: Run, check: str) -> None:
    ended, status, words = NO_RESULT[check]
    assert_no_result(run, check, ended, status=status)
    assert words in run.evidence(check)["problem"]["what"]


def test_a_service_that_hangs_gives_no_result(run: Run) -> None:
    assert run.check("hangs")["status"] in ("timeout", "error")
    assert run.check("hangs")["findings"] == {"new": None, "existing": None, "fixed": None}
    assert run.evidence("hangs")["findings"] is None


def test_what_the_service_printed_is_beside_the_evidence(run: Run) -> None:
    assert run.text("evidence/dies/merged/service.stderr") == "no database\n"
    assert run.text("evidence/midway/merged/service.stdout") == "starting midway\n"
    assert "stdout" in {output["path"] for output in run.evidence("midway")["outputs"]}


def test_no_service_outlives_its_run(run: Run) -> None:
    assert processes_with(MARK) == []


def test_the_verdict_is_an_error(run: Run) -> None:
    assert (run.code, run.verdict["outcome"]) == (4, "error")
