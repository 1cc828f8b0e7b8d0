"""Files that Git LFS keeps: their content where it is here, and a refusal by name where it is not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from e2e_support import Run, changed_repo, verify
from support import Repo

pytestmark = pytest.mark.tools

CONTRACT = """\
version: 1
checks:
  bandit: {}
  semgrep: {}
  pytest: {}
  orders: {use: jsonschema, with: {schema: schema.json, instances: "data/*.json"}}
"""
GOOD, BAD, CODE = b'{"n": 1}\n', b'{"n": "one"}\n', b"import pickle\n\n\ndef f(a):\n    return eval(a)\n"
BASE: dict[str, str | bytes] = {
    "lineclear.yaml": CONTRACT,
    ".gitattributes": "data/* filter=lfs diff=lfs merge=lfs -text\n",
    "schema.json": '{"properties": {"n": {"type": "integer"}}}\n',
    "data/one.json": GOOD,
    "tests/test_a.py": "import json, pathlib\n\n\ndef test_a():\n"
    "    for path in pathlib.Path('data').glob('*.json'):\n        assert json.loads(path.read_text())\n",
}


def pointer(content: bytes) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n".encode()


def keep(repo: Repo, content: bytes, *, under: bytes | None = None) -> None:
    """Put content where git-lfs keeps it; ``under`` the digest of something else."""
    digest = hashlib.sha256(content if under is None else under).hexdigest()
    repo.write({f".git/lfs/objects/{digest[:2]}/{digest[2:4]}/{digest}": content})


def changed(folder: Path) -> Repo:
    change = {"data/two.json": pointer(BAD), "code.py": pointer(CODE)}
    return changed_repo(folder / "project", base=BASE, change=change)


@pytest.fixture(scope="module")
def absent(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Pointers alone; in the store there is something of the right size under the name of one of them."""
    repo = changed(tmp_path_factory.mktemp("absent"))
    keep(repo, b'{"n": 12345}', under=BAD)
    return verify(repo)


@pytest.mark.parametrize(
    ("check", "path"),
    [("bandit", "code.py"), ("semgrep", "code.py"), ("pytest", "code.py and 1 more"), ("orders", "data/two.json")],
)
def test_a_file_whose_content_is_not_here_is_refused_by_name(absent: Run, check: str, path: str) -> None:
    entry = absent.check(check)
    assert entry["status"] == "error"
    for words in (path, "Git LFS pointer", "content is not here"):
        assert words in entry["reason"]
    assert "git lfs pull" in absent.stdout
    assert absent.findings(check) == []
    assert absent.code == 4


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Run:
    repo = changed(tmp_path_factory.mktemp("present"))
    for content in (BAD, CODE):
        keep(repo, content)
    return verify(repo)


def test_content_that_is_here_is_what_every_check_sees(present: Run) -> None:
    assert present.states("bandit") == {"code.py:5": "new"}
    assert present.states("semgrep") == {"code.py:5": "new"}
    assert present.check("pytest")["status"] == "passed"
    assert [(f["path"], f["rule"], f["state"]) for f in present.findings("orders")] == [
        ("data/two.json", "type", "new")
    ]


def test_a_pointer_that_the_change_does_not_touch_is_no_obstacle_for_scanners(tmp_path: Path) -> None:
    base: dict[str, str | bytes] = {
        "lineclear.yaml": "version: 1\nchecks: {bandit: {}}\n",
        "old.py": pointer(CODE),
        "a.py": "a = 1\n",
    }
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 2\n"}))
    assert (run.code, run.check("bandit")["status"]) == (0, "passed")
