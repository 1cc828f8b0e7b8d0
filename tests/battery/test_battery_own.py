"""Checks of a repository's own: what may be one, and what is refused, each with its file, its line and what to do."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lineclear.battery.own import OWN_FOLDER, OwnCheck, OwnFile
from lineclear.battery.own_definitions import load_own
from lineclear.change.kinds import path_kind
from lineclear.errors import ContractError
from lineclear.model.base import sha256
from lineclear.model.words import PathKind

DEFINITION = """\
id = "words"
title = "Words"
covers = "the text"
adapter = "command"
trust = "reported"
executes = true
needs = "nothing"
base = "whenFound"

[tool]
name = "sh"
environment = "runner"

[control]
files = "words/control"
rule = "exit-code"

[settings.run]
type = "strings"
help = "The command."
default = ["sh", "{data}/find.sh"]
direction = "fixed"
"""
FILES = {"words.toml": DEFINITION, "words/find.sh": "exit 0\n", "words/control/a.txt": "bad\n", "README.md": "no check"}


def _load(files: Mapping[str, str]) -> dict[str, OwnCheck]:
    placed = {f"{OWN_FOLDER}/{path}": OwnFile(content=text.encode()) for path, text in files.items()}
    placed["lineclear-checks-not/other.toml"] = OwnFile(content=b"no TOML [")
    return load_own(placed, placed.get, ["bandit", "pytest"])


def test_a_definition_brings_its_folder_and_digests() -> None:
    (check,) = _load(FILES).values()
    assert sorted(check.files) == ["control/a.txt", "find.sh"]
    source = check.source
    assert (source.path, source.digest) == ("lineclear-checks/words.toml", sha256(DEFINITION.encode()))
    assert source.files == {"control/a.txt": sha256(b"bad\n"), "find.sh": sha256(b"exit 0\n")}
    assert check.tool.lock_digest is None


def test_a_repository_without_the_folder_has_none() -> None:
    assert _load({}) == {}


def test_its_lock_names_the_version_of_its_tool() -> None:
    locked = DEFINITION.replace(
        'name = "sh"\nenvironment = "runner"',
        'name = "vale"\nenvironment = "own"\nrequirements = "words/lock.txt"',
    )
    lock = "vale==3.1 \\\n    --hash=sha256:00\n"
    (check,) = _load(FILES | {"words.toml": locked, "words/lock.txt": lock}).values()
    assert (check.tool.name, check.tool.version, check.tool.lock_digest) == ("vale", "3.1", sha256(lock.encode()))


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('id = "words"', "id = ", 1, "not a TOML file"),
        ('id = "words"', 'id = "other"', 1, "the definition's id is 'other'"),
        ('covers = "the text"\n', "", 1, "covers: Field required"),
        ('adapter = "command"', 'adapter = "pytest"', 4, "the adapter 'pytest' is none that knows no tool by name"),
        ('trust = "reported"', 'trust = "certain"', 5, "trust: Input should be"),
        ('environment = "runner"', 'environment = "own"', 10, "needs requirements"),
        ('"runner"', '"runner"\nrequirements = "other/lock.txt"', 13, "there is no file 'other/lock.txt'"),
        ('"runner"', '"runner"\nrequirements = "words/../x"', 13, "there is no file 'words/../x'"),
        ('"runner"', '"runner"\nrequirements = "words/find.sh"', 13, "words/find.sh is not locked by hashes"),
        ('files = "words/control"', 'files = "words/nowhere"', 15, "there is no folder 'words/nowhere'"),
        ('files = "words/control"', 'files = "words/../other"', 15, "there is no folder 'words/../other'"),
        ('rule = "exit-code"', "", 14, "needs a rule or a path"),
        ('rule = "exit-code"', 'rule = "a"\nwith = { speed = 1 }', 17, "the control sets 'speed'"),
        ("[settings.run]", "[settings.command]", 4, "the adapter command needs a setting 'run'"),
        ("{data}/find.sh", "lineclear-checks/words/find.sh", 21, "which in the tree is the change's"),
        ('default = ["sh", "{data}/find.sh"]', 'default = "sh \'"', 21, "cannot be split into words"),
        ('default = ["sh", "{data}/find.sh"]', "default = 7", 21, "7 is not a list of texts"),
        ('environment = "runner"', 'environment = "lineclear"', 12, "run in its own environment"),
        ('base = "whenFound"', 'base = "comparing"', 8, "only checks that come with Lineclear are comparing"),
        ('base = "whenFound"', 'base = "failing"', 8, "`base` asks for single tests"),
        ('base = "whenFound"', 'base = "all"\nselect = "tests"', 9, "`select` asks for single tests"),
        ('rule = "exit-code"', 'rule = "a"\n[reruns]\ntimes = 2', 17, "`reruns` asks for single tests"),
        ('direction = "fixed"', 'direction = "sideways"', 22, "settings.run.direction: Input should be"),
    ],
)
def test_what_is_no_valid_definition_is_refused_with_its_line(old: str, new: str, line: int, what: str) -> None:
    assert old in DEFINITION
    with pytest.raises(ContractError) as raised:
        _load(FILES | {"words.toml": DEFINITION.replace(old, new)})
    assert what in raised.value.what
    assert raised.value.where == f"lineclear-checks/words.toml:{line}"
    assert raised.value.todo
    assert raised.value.exit_code == 2


def test_the_projects_environment_is_refused_to_what_does_not_execute_its_code() -> None:
    text = DEFINITION.replace('"runner"', '"project"').replace("executes = true", "executes = false")
    with pytest.raises(ContractError, match="only for what runs code of the change") as raised:
        _load(FILES | {"words.toml": text})
    assert raised.value.where == "lineclear-checks/words.toml:6"


def test_an_id_of_a_shipped_check_is_refused() -> None:
    with pytest.raises(ContractError, match="'bandit' is that of a check that comes with Lineclear"):
        _load({"bandit.toml": DEFINITION.replace("words", "bandit"), "bandit/control/a": ""})


def test_a_file_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ContractError, match="cannot be read"):
        load_own([f"{OWN_FOLDER}/words.toml"], lambda _: None, [])


def test_the_folder_is_part_of_the_control_plane() -> None:
    for path in FILES:
        assert path_kind(f"{OWN_FOLDER}/{path}") is PathKind.CONTROL_PLANE
