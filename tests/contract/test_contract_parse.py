"""A contract file that is not right says what, where, and what to do."""

from __future__ import annotations

import datetime as dt

import pytest

from lineclear.contract.document import read_document
from lineclear.contract.parse import parse_contract
from lineclear.errors import ContractError


def refusal(text: str | bytes) -> str:
    with pytest.raises(ContractError) as caught:
        parse_contract(text.encode() if isinstance(text, str) else text, "lineclear.yaml")
    return str(caught.value)


def test_an_unknown_key_is_shown_with_the_near_one() -> None:
    assert refusal("version: 1\nchekcs: {}\n") == (
        "unknown key 'chekcs'\n"
        "  where: lineclear.yaml:2:1 chekcs\n"
        "  to do: did you mean 'checks'? known keys: budgets, checks, enforceFrom, enforcement, extends, invariants, "
        "project, quarantine, version, waivers"
    )


def test_several_problems_are_listed_in_order_of_place() -> None:
    text = """\
version: 2
enforcement: enforced
checks:
  pytest: 3
  Bad: {}
  semgrep: {wth: {}, required: "yes", when: {path: [a]}}
"""
    assert refusal(text) == (
        "8 problems in the contract\n"
        "- 2 is not allowed here\n"
        "    where: lineclear.yaml:1:10 version\n"
        "    to do: allowed: 1\n"
        '- "enforced" is not allowed here\n'
        "    where: lineclear.yaml:2:14 enforcement\n"
        "    to do: did you mean 'enforce'? allowed: enforce, report\n"
        "- a check is a mapping of its settings, or false, not 3\n"
        "    where: lineclear.yaml:4:11 checks.pytest\n"
        "    to do: write {} to run it as it is\n"
        "- 'Bad' is no name for a check\n"
        "    where: lineclear.yaml:5:3 checks.Bad\n"
        "    to do: use lower case, digits and hyphens, and begin with a letter\n"
        "- unknown key 'wth'\n"
        "    where: lineclear.yaml:6:13 checks.semgrep.wth\n"
        "    to do: did you mean 'with'? known keys: enforceFrom, enforcement, required, seconds, use, when, with\n"
        '- "yes": input should be a valid boolean\n'
        "    where: lineclear.yaml:6:32 checks.semgrep.required\n"
        "    to do: write true or false\n"
        "- 'paths' is missing\n"
        "    where: lineclear.yaml:6:45 checks.semgrep.when\n"
        "    to do: add `paths: …`\n"
        "- unknown key 'path'\n"
        "    where: lineclear.yaml:6:46 checks.semgrep.when.path\n"
        "    to do: did you mean 'paths'? known keys: paths\n"
        "  where: lineclear.yaml\n"
        "  to do: mend each of them"
    )


def test_no_more_than_ten_problems_are_shown() -> None:
    text = refusal("version: 1\n" + "".join(f"key{n}: 1\n" for n in range(13)))
    assert text.startswith("13 problems in the contract\n")
    assert text.count("unknown key") == 10
    assert "- and 3 more\n" in text


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("", "the file is empty", "lineclear.yaml"),
        ("[]", "input should be a mapping", "lineclear.yaml:1:1"),
        ("version: true", "true is not allowed here", ":1:10 version"),
        ("version: 1.0", "1.0 is not allowed here", ":1:10 version"),
        ("version: '1'", '"1" is not allowed here', ":1:10 version"),
        ("version: 1\nchecks: {pytest: 0}", "0 is not allowed here", ":2:18 checks.pytest"),
        ("version: 1\nchecks: {pytest: true}", "or false, not true", ":2:18 checks.pytest"),
        ("version: 1\nproject: {python: 3.12}", "3.12: input should be a valid string", ":2:19 project.python"),
        ("version: 1\nproject: {services: [{nam: x}]}", "unknown key 'nam'", ":2:23 project.services[0].nam"),
        ("version: 1\nextends: lineclear:python", "input should be a valid list", ":2:10 extends"),
        ("version: 1\nbudgets: [{id: s, of: x, warn: '4'}]", '"4": input should be a valid integer', "budgets[0].warn"),
        ("version: 1\nbudgets: [{id: S, of: x}]", '"S": no valid name', ":2:16 budgets[0].id"),
        ("version: 1\nbudgets: [{id: s}]", "'of' is missing", ":2:11 budgets[0]"),
        (
            "version: 1\nwaivers: [{fingerprint: f, invariant: i, reason: r, owner: o, expires: 2026-12-31}]",
            "a waiver names either a fingerprint or an invariant",
            ":2:11 waivers[0]",
        ),
        (
            "version: 1\nwaivers: [{fingerprint: f, reason: r, owner: o, expires: 2026-13-31}]",
            '"2026-13-31" is no date',
            ":2:58 waivers[0].expires",
        ),
        (
            "version: 1\nwaivers: [{fingerprint: f, reason: '', owner: o, expires: 2026-12-31}]",
            '"": string should have at least 1 character',
            ":2:36 waivers[0].reason",
        ),
    ],
)
def test_what_does_not_fit_the_model_is_said_in_the_words_of_the_file(text: str, what: str, where: str) -> None:
    message = refusal(text)
    assert what in message
    assert where in message


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a: [", "not YAML: while parsing a flow node", ":1:5"),
        ("\tversion: 1", "not YAML: ", ":1:1"),
        ("version: 1\n---\nversion: 1", "expected a single document", ":2:1"),
        ("a: *b", "found undefined alias", ":1:4"),
        (b"version: 1\na: \xff", "the file is not UTF-8", ":2"),
        (b"a: \x00", "not YAML", "lineclear.yaml"),
        ("version: 1\nversion: 1", "the key 'version' is there twice, first in line 1", ":2:1"),
        ("checks: {a: {}, a: false}", "the key 'a' is there twice", ":1:17 checks"),
        ("1: 2", "the key 1 is not a string", ":1:1"),
        ("on: 2", "the key on is not a string", ":1:1"),
        ("? [a]\n: b", "the key a list or mapping is not a string", ":1:3"),
        ("<<: {a: 1}", "the merge key << is not allowed", ":1:1"),
        ("a: !!python/object/apply:os.system [x]", "is not allowed", ":1:4 a"),
        ("a: !!binary aGk=", "is not allowed", ":1:4 a"),
        ("a: !x {}", "the tag '!x' is not allowed", ":1:4 a"),
        ("a: .inf", ".inf is no finite number", ":1:4 a"),
        ("a: " + "9" * 5000, "not a number", ":1:4 a"),
        ('a: "\\ud800"', "half a character", ":1:4 a"),
        ("a: &a [*a]", "too large once its aliases are resolved", ":1:4"),
        ("a: &a [1]\nb: [" + "*a, " * 101 + "]", "more than 100 aliases", ":2:"),
        ("[" * 60 + "]" * 60, "nested deeper than 50", ":1:51"),
        ("#" * 1_000_001, "the file has 1000001 bytes", "lineclear.yaml"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(text: str | bytes, what: str, where: str) -> None:
    message = refusal(text)
    assert what in message
    assert where in message


def test_aliases_cannot_blow_a_small_text_up() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "too large once its aliases are resolved" in refusal("\n".join(levels))


def test_dates_stay_text_and_words_keep_their_type() -> None:
    text = """\
version: 1
checks: {x: {with: {since: 2026-01-01, at: 2026-01-01T00:00:00Z, n: 3, on: null}}}
waivers: [{invariant: i, reason: r, owner: "@t", expires: 2026-12-31}]
""".replace("on: null", '"on": null')
    file = parse_contract(text.encode(), "lineclear.yaml").file
    entry = file.checks["x"]
    assert entry
    assert entry.with_ == {"since": "2026-01-01", "at": "2026-01-01T00:00:00Z", "n": 3, "on": None}
    assert file.waivers[0].expires == dt.date(2026, 12, 31)


def test_a_location_of_the_model_is_found_in_the_source() -> None:
    document = read_document(b"checks:\n  web:\n    with: {run: [a, b]}\n", "c.yaml")
    path = document.path_of(("checks", "web", "CheckEntry", "with", "run", 1, "str"))
    assert path == ("checks", "web", "with", "run", 1)
    assert document.where(path) == "c.yaml:3:21 checks.web.with.run[1]"
    assert document.where((*path[:4], "gone")) == "c.yaml:3:17 checks.web.with.run.gone"
