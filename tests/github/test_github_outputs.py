"""A step's outputs cannot be injected into, and its summary stays within what GitHub accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineclear.errors import EngineError
from lineclear.github.outputs import SUMMARY_LIMIT, append_summary, write_outputs


def test_outputs_are_appended_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("before=1\n", encoding="utf-8")
    write_outputs({"outcome": "pass", "exit-code": "0"}, {"GITHUB_OUTPUT": str(file)})
    assert file.read_text(encoding="utf-8") == "before=1\noutcome=pass\nexit-code=0\n"


@pytest.mark.parametrize("value", ["a\nexit-code=0", "a\rb", "a\x00b", "a\x85b", "a\u2028b"])
def test_a_value_of_more_than_one_line_is_refused_before_anything_is_written(tmp_path: Path, value: str) -> None:
    file = tmp_path / "output"
    with pytest.raises(EngineError, match="not one plain line"):
        write_outputs({"outcome": "fail", "bundle": value}, {"GITHUB_OUTPUT": str(file)})
    assert not file.exists()


def test_a_key_is_a_plain_word(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        write_outputs({"a<<b": "1"}, {"GITHUB_OUTPUT": str(tmp_path / "output")})


def test_without_the_runner_nothing_is_written() -> None:
    write_outputs({"outcome": "pass"}, {})
    append_summary("# x\n", {})


def test_a_link_in_place_of_the_runners_file_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("precious", encoding="utf-8")
    (tmp_path / "output").symlink_to(target)
    with pytest.raises(EngineError):
        write_outputs({"outcome": "pass"}, {"GITHUB_OUTPUT": str(tmp_path / "output")})
    assert target.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("already", [0, 1000, SUMMARY_LIMIT - 10, SUMMARY_LIMIT])
def test_the_summary_never_exceeds_the_limit(tmp_path: Path, already: int) -> None:
    file = tmp_path / "summary"
    file.write_bytes(b"x" * already)
    append_summary("- ü line\n" * 200_000, {"GITHUB_STEP_SUMMARY": str(file)})
    content = file.read_bytes()
    assert len(content) <= SUMMARY_LIMIT
    content.decode()
    if already < 2000:
        assert b"The rest was cut" in content


def test_a_short_summary_is_appended_whole(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    append_summary("# one\n", {"GITHUB_STEP_SUMMARY": str(file)})
    append_summary("# two\n", {"GITHUB_STEP_SUMMARY": str(file)})
    assert file.read_text(encoding="utf-8") == "# one\n# two\n"
