"""Text and files that are not what they look like, and honest ones in other languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from integrity_samples import Files, Sample, found

from lineclear.battery.integrity.program import compare
from lineclear.battery.integrity.trees import Trees

CODE = "def pay(amount):\n    return amount\n"


def edit(head: Files, *finds: str, base: Files | None = None) -> Sample:
    return Sample({"a.py": CODE} if base is None else base, head, None, finds)


ATTACKS = {
    "direction": edit({"a.py": CODE + "x = 'user\u202e \u2066# admin\u2069'\n"}, "error text-direction a.py"),
    "direction in a comment": edit({"a.py": CODE + "# \u202e\n"}, "error text-direction a.py"),
    "direction in a workflow": edit({"a.py": CODE, "ci.yml": "on: push # \u2067\n"}, "error text-direction ci.yml"),
    "unseen in a text": edit({"a.py": CODE + "x = 'a\u200bb'\n"}, "warning unseen-character a.py"),
    "tags": edit({"a.py": CODE + "# \U000e0041\U000e0042\n"}, "warning unseen-character a.py"),
    "unseen name": edit({"a.py": CODE + "\u3164 = 1\n"}, "warning unseen-character a.py", "error name-disguised a.py"),
    "mixed letters": edit({"a.py": CODE + "def p\u0430y(amount):\n    return 0\n"}, "error name-disguised a.py"),
    "look-alikes alone": edit({"a.py": CODE + "\u0440\u0430\u0443 = 1\n"}, "error name-disguised a.py"),
    "read as another": edit({"a.py": CODE + "\uff50ay = 1\n"}, "error name-disguised a.py"),
}

HONEST = {
    "a greeting": edit({"a.py": CODE + "x = 'Grüße, 你好, שלום, Привет'\n"}),
    "an emoji of several": edit({"a.py": CODE + "x = '\U0001f468\u200d\U0001f469\u200d\U0001f467'\n"}),
    "a name in one alphabet": edit({"a.py": CODE + "größe = 1\nпривет = 2\nλ = 3\n"}),  # noqa: RUF001 - other alphabets are meant
    "two alphabets in two words": edit({"a.py": CODE + "max_λ = 1\n"}),
    "written as an escape": edit({"a.py": CODE + "x = '\\u202e'\n"}),
    "a translation": edit({"a.py": CODE, "locale/he.po": 'msgstr "\u202eשלום"\n', "README.he.md": "\u2067שלום\n"}),  # noqa: RUF001
    "it was there": edit({"a.py": "x = '\u202e'\ny = 1\n"}, base={"a.py": "x = '\u202e'\n"}),
    "its line moves": edit({"b.py": "x = '\u202e'\n"}, base={"a.py": "x = '\u202e'\n"}),
    "a mark at the beginning": edit({"a.py": "\ufeff" + CODE}),
    "it is taken out": edit({"a.py": CODE}, base={"a.py": CODE + "# \u202e\n"}),
}


@pytest.mark.parametrize("name", [*ATTACKS, *HONEST])
def test_sample(name: str, tmp_path: Path) -> None:
    sample = {**ATTACKS, **HONEST}[name]
    assert found(sample, tmp_path) == sorted(sample.finds)
    assert bool(sample.finds) == (name in ATTACKS)


@pytest.mark.parametrize(
    ("place", "target", "finds"),
    [
        ("a", "/etc/passwd", True),
        ("a", "../outside", True),
        ("sub/a", "../../outside", True),
        ("a", ".git/config", True),
        ("sub/a", "../b.py", False),
        ("a", "sub", False),
        ("a", "missing.py", False),
    ],
)
def test_a_link_that_leaves_the_tree_is_found_and_never_followed(
    place: str, target: str, finds: bool, tmp_path: Path
) -> None:
    for tree in ("base", "head"):
        (tmp_path / tree / "sub").mkdir(parents=True)
    (tmp_path / "head" / place).symlink_to(target)
    found = compare(Trees.of(tmp_path / "base", tmp_path / "head"))["findings"]
    assert [(item["rule"], item["level"], item["path"]) for item in found] == (
        [("link-leaves-tree", "error", place)] if finds else []
    )
    (tmp_path / "base" / place).symlink_to(target)
    assert compare(Trees.of(tmp_path / "base", tmp_path / "head"))["findings"] == []


@pytest.mark.parametrize(
    ("content", "before", "after", "finds"),
    [
        ("x = 1\n", 0o644, 0o755, True),
        ("#!/usr/bin/env python3\n", 0o644, 0o755, False),
        ("x = 1\n", 0o755, 0o644, False),
        ("x = 1\n", 0o755, 0o755, False),
    ],
)
def test_a_file_that_may_be_executed_now_is_a_note(
    content: str, before: int, after: int, finds: bool, tmp_path: Path
) -> None:
    for tree, mode in (("base", before), ("head", after)):
        (tmp_path / tree).mkdir()
        (tmp_path / tree / "a.py").write_text(content)
        (tmp_path / tree / "a.py").chmod(mode)
    found = compare(Trees.of(tmp_path / "base", tmp_path / "head"))["findings"]
    assert [(item["rule"], item["level"]) for item in found] == ([("executable-gained", "note")] if finds else [])
