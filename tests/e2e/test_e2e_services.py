"""Services: a real PostgreSQL of its own for each run, what is wrong with one, and tests that miss one."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from e2e_support import Run, assert_no_result, changed_repo, processes_with, verify

pytestmark = pytest.mark.tools

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))

# PostgreSQL refuses to run as root, and another user cannot enter a private folder of root's.
DATABASE = """\
set -eu
port=$1 data=/tmp/lineclear-test-postgres-$1
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
as=
if [ "$(id -u)" = 0 ]; then as="runuser -u postgres --"; fi
cd /
$as "$programs/initdb" --no-sync --username=test --auth=trust --pgdata="$data"
exec $as "$programs/postgres" -D "$data" -c listen_addresses=127.0.0.1 -p "$port" -k "$data" -F
"""

USES_IT = """\
import os, subprocess


def query(text):
    return subprocess.check_output(["psql", os.environ["DATABASE_URL"], "-Atc", text], text=True)


def test_a_table_can_be_made():
    query("create table orders (id int)")  # fails where another run has made it in the same database
    query("insert into orders values (1), (2)")
    assert query("select count(*) from orders").strip() == "{expected}"
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that breaks a test which needs PostgreSQL, so that the suite runs on both trees."""
    if not PROGRAMS:
        leave = pytest.fail if "CI" in os.environ else pytest.skip
        leave("PostgreSQL is not installed: `apt-get install postgresql`, as .ci/run does")
    contract = {
        "version": 1,
        "project": {
            "services": [
                {
                    "name": "db",
                    "reach": "127.0.0.1:{port}",
                    "start": "sh database.sh {port}",
                    "ready": f"{PROGRAMS[-1].with_name('pg_isready')} -h 127.0.0.1 -p {{port}}",
                    "stop": "rm -rf /tmp/lineclear-test-postgres-{port}",
                    "env": {"DATABASE_URL": "postgresql://test@127.0.0.1:{port}/postgres"},
                }
            ]
        },
        "checks": {"pytest": {}},
    }
    base = {
        "lineclear.yaml": yaml.safe_dump(contract),
        "database.sh": DATABASE,
        "test_orders.py": USES_IT.replace("{expected}", "2"),
    }
    change = {"test_orders.py": USES_IT.replace("{expected}", "3")}
    return verify(changed_repo(tmp_path_factory.mktemp("database") / "project", base=base, change=change))


def test_each_run_has_a_database_of_its_own(database: Run) -> None:
    merged, base = database.evidence("pytest"), database.evidence("pytest", "base")
    assert (merged["measures"]["testsFailed"], base["measures"]["testsFailed"]) == (1, 0), merged
    (finding,) = database.findings("pytest")
    assert "assert '2' == '3'" in finding["message"]
    assert database.code == 1


def test_the_evidence_names_the_variable_and_keeps_what_the_service_printed(database: Run) -> None:
    assert "DATABASE_URL" in database.evidence("pytest")["environment"]
    assert "database system is ready" in database.text("evidence/pytest/merged/service-db.stderr")


def test_nothing_of_it_is_left(database: Run) -> None:
    assert processes_with("lineclear-test-postgres-") == []
    assert list(Path("/tmp").glob("lineclear-test-postgres-*")) == []
    assert database.bundle.is_dir()


def declared(**service: object) -> str:
    services = [{"name": "db", "reach": "127.0.0.1:{port}", "seconds": 2, **service}]
    return yaml.safe_dump({"version": 1, "project": {"services": services}, "checks": {"pytest": {}}})


def outcome(folder: Path, **service: object) -> Run:
    base = {"lineclear.yaml": declared(**service), "test_it.py": "def test_it():\n    assert True\n"}
    return verify(changed_repo(folder / "project", base=base, change={"a.py": "a = 1\n"}))


SLEEPS = f"{sys.executable} -c 'import time; time.sleep(600)'"
SERVES = f"{sys.executable} -m http.server {{port}} --bind 127.0.0.1"


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ({"start": "no-such-program-anywhere"}, "ended before it was ready: cannot execute no-such-program-anywhere"),
        ({"start": "sh -c 'echo broken >&2; exit 7'"}, "ended before it was ready: exit code 7. broken"),
        ({"start": SLEEPS}, "is not ready after 2 seconds"),
        ({"start": SERVES, "ready": "false", "seconds": 1}, "is not ready after 1 seconds"),
        ({"reach": "127.0.0.1:9"}, "the service db is not there"),
    ],
)
def test_a_service_that_is_not_ready_is_no_result(tmp_path: Path, service: dict[str, object], says: str) -> None:
    run = outcome(tmp_path, **service)
    assert_no_result(run, "pytest", "noEnvironment")
    assert says in run.evidence("pytest")["problem"]["what"]


def test_a_service_that_ends_during_the_run_is_no_result(tmp_path: Path) -> None:
    serve_one = "import socket, time; socket.create_server((str(), {port})).accept(); time.sleep(0.3)"
    base = {
        "lineclear.yaml": declared(start=f"{sys.executable} -c '{serve_one}'"),
        "test_it.py": "import time\n\n\ndef test_it():\n    time.sleep(2)\n",
    }
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"}))
    assert_no_result(run, "pytest", "crashed")
    assert "the service db ended during the run" in run.evidence("pytest")["problem"]["what"]


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_service_is_not_started_where_something_else_listens(tmp_path: Path, listener: int) -> None:
    run = outcome(tmp_path, reach=f"127.0.0.1:{listener}", start=SLEEPS)
    assert_no_result(run, "pytest", "noEnvironment")
    assert "something else listens there already" in run.evidence("pytest")["problem"]["what"]


def test_one_that_is_there_already_is_used(tmp_path: Path, listener: int) -> None:
    assert outcome(tmp_path, reach=f"127.0.0.1:{listener}").code == 0


MISSES = """\
import socket
import pytest


@pytest.mark.parametrize("number", range({count}))
def test_it(number):
    try:
        socket.create_connection(("127.0.0.1", 9))
    except OSError as exc:
        raise RuntimeError(f"cannot connect to 127.0.0.1:9: {{exc}}") from None
"""


def test_tests_that_miss_a_service_are_one_finding_with_the_lines_to_paste(tmp_path: Path) -> None:
    base = {"lineclear.yaml": "version: 1\nchecks: {pytest: {}}\n", "test_old.py": "def test_old():\n    pass\n"}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"test_it.py": MISSES.format(count=30)}))
    assert run.code == 1
    (finding,) = run.findings("pytest")
    assert (finding["rule"], finding["state"]) == ("undeclared-service", "new")
    assert "Nothing listens at 127.0.0.1:9, which test_it.py::test_it[0] and 29 more needs." in finding["message"]
    pasted = yaml.safe_load("version: 1\n" + finding["remedy"].partition("starts it: ")[2])
    assert pasted["project"]["services"][0]["reach"] == "127.0.0.1:9"


def test_a_service_that_the_base_misses_too_does_not_block_and_is_said(tmp_path: Path) -> None:
    base = {"lineclear.yaml": "version: 1\nchecks: {pytest: {}}\n", "test_it.py": MISSES.format(count=3)}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"}))
    assert run.code == 0
    assert [finding["state"] for finding in run.findings("pytest")] == ["existing"]
    assert "pytest: 3 tests missed a service: what they test was not tested." in run.verdict["notEstablished"]
