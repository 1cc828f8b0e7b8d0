"""Names and contents that nobody expects: every check sees them, or says by name what it did not see."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from e2e_support import Run, verify
from support import Repo, lineclear

pytestmark = pytest.mark.tools

CONTRACT = """\
version: 1
checks:
  bandit: {}
  semgrep: {}
  data: {use: jsonschema, with: {schema: schema.json, instances: "data/**/*.json"}}
"""
DEFECT = b"def f(a):\n    return eval(a)\n"
# The name on disk, and how it is shown.
NAMES = {
    b"caf\xe9.py": r"caf\xe9.py",
    b"\xff\xfe/x.py": r"\xff\xfe/x.py",
    b"back\\slash.py": "back\\slash.py",
    b"new\nline.py": "new\nline.py",
    b"quo'te\"s.py": "quo'te\"s.py",
    b"two words.py": "two words.py",
    b"tab\t.py": "tab\t.py",
    b"-rf.py": "-rf.py",
    b"a[1].py": "a[1].py",
    b"*.py": "*.py",
    "ünïcode.py".encode(): "ünïcode.py",
}


def write(repo: Repo, path: bytes, content: bytes) -> None:
    place = os.fsencode(repo.root) + b"/" + path
    os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120 - pathlib takes no bytes
    with open(place, "wb") as file:  # noqa: PTH123
        file.write(content)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("odd files")
    base: dict[str, str | bytes] = {
        "lineclear.yaml": CONTRACT,
        "schema.json": '{"properties": {"n": {"type": "integer"}}}\n',
        "data/a.json": '{"n": 1}\n',
        "mode.py": DEFECT,
        "deleted.py": "x = eval(gone)\n",
        "becomes_link.py": "a = 1\n",
        "random.bin": os.urandom(9_000),
    }
    repo = Repo.create(folder / "project", base)
    other = Repo.create(folder / "other", {"s.py": DEFECT})
    repo.branch("feature")
    for name in NAMES:
        write(repo, name, DEFECT)
    write(repo, b"crlf.py", DEFECT.replace(b"\n", b"\r\n"))
    write(repo, b"latin.py", b"x = '\xe9'\n")
    write(repo, b"nul.py", b"x = 1\0\n")
    for path in (b"data/caf\xe9.json", b"data/new\nline.json", b"data/q'\".json"):
        write(repo, path, b'{"n": "x"}\n')
    write(repo, b"data/latin.json", b'{"n": "\xe9"}\n')
    repo.write({"random.bin": os.urandom(9_000), "big.bin": bytes(50_000_000), "big.txt": b"words\n" * 8_000_000})
    (repo.root / "mode.py").chmod(0o755)
    for gone in ("deleted.py", "becomes_link.py"):
        (repo.root / gone).unlink()
    (repo.root / "becomes_link.py").symlink_to("/etc/passwd")
    (repo.root / "data/link.json").symlink_to("a.json")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "vendored")
    repo.commit("odd")
    return verify(repo)


@pytest.mark.parametrize("check", ["bandit", "semgrep"])
def test_a_defect_is_found_whatever_the_file_is_called(run: Run, check: str) -> None:
    found = {(f["path"], f["state"]) for f in run.findings(check) if f["rule"] != "unparsable"}
    expected = {(shown, "new") for shown in [*NAMES.values(), "crlf.py"]}
    assert found == expected | {("mode.py", "existing"), ("deleted.py", "fixed")}


@pytest.mark.parametrize("check", ["bandit", "semgrep"])
def test_files_that_are_no_text_of_python_are_named(run: Run, check: str) -> None:
    assert {f["path"] for f in run.findings(check) if f["rule"] == "unparsable"} == {"latin.py", "nul.py"}


def test_data_is_validated_whatever_the_file_is_called(run: Run) -> None:
    found = {(f["path"], f["rule"]) for f in run.findings("data")}
    wrong = {(path, "type") for path in (r"data/caf\xe9.json", "data/new\nline.json", "data/q'\".json")}
    assert found == wrong | {("data/latin.json", "unreadable")}


def test_links_and_submodules_are_no_files_of_the_tree(run: Run) -> None:
    shown = run.text("verdict.json") + run.stdout
    assert "vendored/s.py" not in shown
    assert "root:" not in shown
    assert run.check("data")["measures"]["instancesExamined"] == 5


def test_no_name_breaks_a_line_of_what_is_shown(run: Run) -> None:
    for text in (run.stdout, run.stderr, run.summary, run.repair):
        assert "\nline.py" not in text
        assert "\nline.json" not in text


def test_the_bundle_holds_together(run: Run, tmp_path: Path) -> None:
    assert run.code == 1
    assert lineclear("audit", str(run.bundle), cwd=tmp_path).returncode == 0
