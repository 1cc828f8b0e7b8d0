"""Judging again and auditing: byte for byte, writing nothing, and refusing what was altered or is not vouched for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import Run, assert_refused, changed_repo, contents, verify
from support import Repo, lineclear

pytestmark = pytest.mark.tools

FILES = {
    "lineclear.yaml": """\
version: 1
checks: {data: {use: jsonschema, with: {schema: schema.json, instances: "data/*.json"}}}
invariants:
  - {id: small, require: change.lines < 100, otherwise: fail, message: Large., remedy: Split it.}
""",
    "schema.json": '{"type": "object", "required": ["id"]}\n',
    "data/good.json": '{"id": 1}\n',
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    folder = tmp_path_factory.mktemp("audit") / "project"
    return changed_repo(folder, base=FILES, change={"data/bad.json": '{"name": "é"}\n'})


@pytest.fixture(scope="module")
def unsigned(repo: Repo) -> Run:
    return verify(repo, out=repo.root.parent / "unsigned")


@pytest.fixture(scope="module")
def key(repo: Repo) -> Path:
    """A key pair made by the command; the public key is beside it."""
    path = repo.root.parent / "signing.pem"
    done = lineclear("key", "new", str(path), cwd=repo.root.parent)
    assert (done.returncode, done.stderr) == (0, "")
    return path


@pytest.fixture(scope="module")
def signed(repo: Repo, key: Path) -> Run:
    return verify(repo, f"--key={key}", out=repo.root.parent / "signed")


def public(key: Path) -> str:
    return f"--key={key}.pub"


def test_judging_again_gives_the_verdict_byte_for_byte(unsigned: Run, tmp_path: Path) -> None:
    done = lineclear("judge", str(unsigned.bundle), "--format=json", cwd=tmp_path)
    assert done.stdout.encode() == (unsigned.bundle / "verdict.json").read_bytes()
    assert done.returncode == unsigned.code == 1


def test_judging_again_gives_the_same_words(unsigned: Run, tmp_path: Path) -> None:
    done = lineclear("judge", str(unsigned.bundle), cwd=tmp_path)
    assert unsigned.stdout.startswith(done.stdout.rstrip("\n"))


def test_verify_prints_the_verdict_byte_for_byte_as_json(repo: Repo) -> None:
    run = verify(repo, "--format=json", out=repo.root.parent / "as-json")
    assert run.stdout == run.text("verdict.json")


def test_judging_and_auditing_write_nothing(signed: Run, key: Path, tmp_path: Path) -> None:
    before = contents(signed.bundle)
    lineclear("judge", str(signed.bundle), cwd=tmp_path)
    lineclear("audit", str(signed.bundle), public(key), cwd=tmp_path)
    assert contents(signed.bundle) == before


def test_a_fresh_bundle_holds_together_and_nobody_vouches_for_it(unsigned: Run, tmp_path: Path) -> None:
    done = lineclear("audit", str(unsigned.bundle), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("This bundle holds together: judging it again gave the same verdict, fail.")
    assert "Nobody vouches for this bundle: it is unsigned." in done.stdout


def test_a_bundle_holds_together_wherever_it_is_copied(unsigned: Run, tmp_path: Path) -> None:
    copy = tmp_path / "else where"
    shutil.copytree(unsigned.bundle, copy)
    assert lineclear("audit", str(copy), cwd=tmp_path).returncode == 0


def test_an_unsigned_bundle_is_refused_where_a_key_is_asked_for(unsigned: Run, key: Path, tmp_path: Path) -> None:
    done = lineclear("audit", str(unsigned.bundle), public(key), cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    assert done.stdout.startswith("Refused: ")
    assert "statements/verdict.dsse.json: is unsigned" in done.stdout


def test_a_signed_bundle_is_vouched_for_by_its_key(signed: Run, key: Path, tmp_path: Path) -> None:
    done = lineclear("audit", str(signed.bundle), public(key), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "The key that was given vouches for every statement in this bundle." in done.stdout


def test_a_signed_bundle_without_a_key_says_that_nothing_was_checked(signed: Run, tmp_path: Path) -> None:
    done = lineclear("audit", str(signed.bundle), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "not checked: no --key given" in done.stdout


def test_another_key_does_not_vouch(signed: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    assert lineclear("key", "new", str(other), cwd=tmp_path).returncode == 0
    done = lineclear("audit", str(signed.bundle), public(other), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("Refused: ")


def test_a_key_is_never_overwritten(key: Path) -> None:
    before = key.read_bytes()
    assert_refused(lineclear("key", "new", str(key), cwd=key.parent), 2, "already here", str(key), "another file")
    assert key.read_bytes() == before


def test_keys_in_the_wrong_place_are_refused(repo: Repo, unsigned: Run, key: Path) -> None:
    run = verify(repo, public(key), out=repo.root.parent / "wrong-key")
    assert_refused(run, 2, "This is a public key", str(key))
    done = lineclear("audit", str(unsigned.bundle), f"--key={key}", cwd=repo.root)
    assert_refused(done, 2, "This is a private key", str(key))


def green(bundle: Path) -> None:
    path = bundle / "verdict.json"
    path.write_text(path.read_text("utf-8").replace('"outcome": "fail"', '"outcome": "pass"'), "utf-8")


def clean(bundle: Path) -> None:
    path = bundle / "evidence/data/merged/evidence.json"
    evidence = json.loads(path.read_text("utf-8"))
    evidence["findings"] = []
    path.write_text(json.dumps(evidence), "utf-8")


def output(bundle: Path) -> None:
    (bundle / "evidence/data/merged/instances.json").write_text("{}")


def gone(bundle: Path) -> None:
    shutil.rmtree(bundle / "evidence/data/base")


def added(bundle: Path) -> None:
    (bundle / "evidence/data/merged/more.json").write_text("{}")


def looser(bundle: Path) -> None:
    path = bundle / "inputs/contract.json"
    path.write_text(path.read_text("utf-8").replace("change.lines < 100", "change.lines < 999"), "utf-8")


def shorter(bundle: Path) -> None:
    path = bundle / "decisions.jsonl"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:-2]) + b"\n")


def unfinished(bundle: Path) -> None:
    (bundle / "manifest.json").unlink()


def linked(bundle: Path) -> None:
    path = bundle / "summary.md"
    path.rename(bundle.parent / "summary.md")
    path.symlink_to(bundle.parent / "summary.md")


ALTERATIONS: dict[Callable[[Path], None], str] = {
    green: "verdict.json",
    clean: "evidence/data/merged/evidence.json",
    output: "evidence/data/merged/instances.json",
    gone: "evidence/data/base/evidence.json",
    added: "evidence/data/merged/more.json",
    looser: "inputs/contract.json",
    shorter: "decisions.jsonl",
    unfinished: "manifest.json",
    linked: "summary.md",
}


@pytest.mark.parametrize("alter", ALTERATIONS, ids=lambda alter: alter.__name__)
def test_an_altered_bundle_is_refused(signed: Run, key: Path, tmp_path: Path, alter: Callable[[Path], None]) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(signed.bundle, copy)
    alter(copy)
    for options in ((), (public(key),)):
        done = lineclear("audit", str(copy), *options, cwd=tmp_path)
        assert done.returncode == 4
        assert done.stdout.startswith("This bundle does not hold together")
        assert ALTERATIONS[alter] in done.stdout
        assert "holds together: judging" not in done.stdout


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    assert_refused(lineclear("judge", str(tmp_path), cwd=tmp_path), 4, "inputs/plan.json", "lineclear verify --out")
    assert_refused(lineclear("judge", str(tmp_path / "nothing"), cwd=tmp_path), 4, "missing")
    done = lineclear("audit", str(tmp_path / "nothing"), cwd=tmp_path)
    assert_refused(done, 4, str(tmp_path / "nothing"))
