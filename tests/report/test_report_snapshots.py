"""Each report of each kind of verdict, as committed text. LINECLEAR_UPDATE_SNAPSHOTS=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from verdict_factory import VERDICTS

from lineclear.model.verdict import Verdict
from lineclear.report.console import console
from lineclear.report.write import write_reports

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("name", VERDICTS)
def test_reports_read_as_committed(name: str, tmp_path: Path) -> None:
    verdict = VERDICTS[name]()
    write_reports(tmp_path, verdict)
    (tmp_path / "console.txt").write_text(console(verdict, colour=False), encoding="utf-8")
    (tmp_path / "verdict.json").write_bytes(verdict.canonical())
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    folder = SNAPSHOTS / name
    if os.environ.get("LINECLEAR_UPDATE_SNAPSHOTS") == "1":
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in written.items():
            (folder / file).write_bytes(content)
    committed = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written.keys() == committed.keys()
    for file, content in written.items():
        assert content.decode() == committed[file].decode(), f"{name}/{file} differs"


@pytest.mark.parametrize("name", VERDICTS)
def test_the_same_verdict_gives_the_same_bytes_again(name: str, tmp_path: Path) -> None:
    verdict = VERDICTS[name]()
    write_reports(tmp_path, verdict)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_reports(tmp_path, Verdict.model_validate_json(verdict.canonical()))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_a_link_in_the_bundle_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious", encoding="utf-8")
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "summary.md").symlink_to(outside)
    write_reports(bundle, VERDICTS["pass"]())
    assert outside.read_text(encoding="utf-8") == "precious"
    assert not (bundle / "summary.md").is_symlink()
