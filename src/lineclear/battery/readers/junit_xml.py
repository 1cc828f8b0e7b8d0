"""Reads JUnit XML as test runners write it. There is no standard: only what they all agree on is relied on.

The document is the change's to write, so a document type, an entity or a reference to anything outside is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from lineclear.battery.adapter import RunProblem
from lineclear.model.words import Ended

__all__ = ["JUnitCase", "read_junit"]

_NOT_RUN = frozenset({"notrun", "disabled", "skipped", "suppressed", "ignored"})
_EMPTY_WORDS = ("", "test", "tests", "pytest")  # what runners call every suite or class
_DEEP = 200


@dataclass(frozen=True, kw_only=True)
class JUnitCase:
    """What happened to one test case; ``text`` is what its failure says, ``file`` and ``line`` as it gives them."""

    suites: tuple[str, ...]
    classname: str
    name: str
    outcome: Literal["passed", "failed", "skipped"]
    message: str
    text: str
    file: str | None
    line: int | None

    @property
    def title(self) -> str:
        """The name under which a person finds the test again: below its suites or its class, whichever says more."""
        above = max(" > ".join(self.suites), self.classname, key=lambda text: 0 if text in _EMPTY_WORDS else len(text))
        return self.name if above in _EMPTY_WORDS or above == self.name else f"{above} > {self.name}"


def read_junit(raw: bytes, where: str) -> list[JUnitCase]:
    """Return all test cases of a report, in order. A report that is cut, or counts what it does not list, is none."""
    try:
        root = ElementTree.fromstring(raw, forbid_dtd=True)
    except (ParseError, LookupError, ValueError) as exc:
        told = "it declares a document type or an entity" if isinstance(exc, DefusedXmlException) else str(exc)
        raise _bad(f"the report is no XML that may be read: {told}", where) from exc
    if _tag(root) not in ("testsuites", "testsuite"):
        raise _bad(f"the report is no JUnit XML: it begins with <{_tag(root)[:50]}>", where)
    return list(_cases(root, (), where, 1))


def _cases(element: Element, above: tuple[str, ...], where: str, depth: int) -> Iterator[JUnitCase]:
    """Yield the cases below a suite. What it counts as failed must be somewhere below it."""
    if depth > _DEEP:
        raise _bad(f"the report has suites more than {_DEEP} deep", where)
    name = (element.get("name") or "").strip()
    names = (*above, name) if name and _tag(element) == "testsuite" else above
    failing = False
    for child in element:
        match _tag(child):
            case "testsuite" | "testsuites":
                for case in _cases(child, names, where, depth + 1):
                    failing = True if case.outcome == "failed" else failing
                    yield case
            case "testcase":
                failing = failing or _first(child, "failure", "error") is not None
                yield _case(child, names)
            case "failure" | "error":
                failing = True
                yield _failed_suite(child, names)
            case _:
                pass
    counted = sum(_number(element.get(word)) or 0 for word in ("failures", "errors"))
    if counted and not failing and not any(_first(case, "failure", "error") is not None for case in element.iter()):
        raise _bad(f"the suite {name or 'without a name'!r} counts {counted} failures and lists none", where)


def _case(element: Element, suites: tuple[str, ...]) -> JUnitCase:
    failure = _first(element, "failure", "error")
    said = {(element.get(word) or "").lower() for word in ("status", "result")}
    # A test that is marked as skipped or to be done is that, even where it also tells how it failed.
    skipped = _first(element, "skipped") is not None or bool(said & _NOT_RUN)
    return JUnitCase(
        suites=suites,
        classname=(element.get("classname") or "").strip(),
        name=(element.get("name") or "").strip() or "without a name",
        outcome="skipped" if skipped else "failed" if failure is not None else "passed",
        message=(failure.get("message") or "").strip() if failure is not None else "",
        text="".join(failure.itertext()).strip() if failure is not None else "",
        file=element.get("file") or element.get("filepath"),
        line=_number(element.get("line")),
    )


def _failed_suite(element: Element, suites: tuple[str, ...]) -> JUnitCase:
    return JUnitCase(
        suites=suites[:-1],
        classname="",
        name=suites[-1] if suites else "the suite",
        outcome="failed",
        message=(element.get("message") or "").strip(),
        text="".join(element.itertext()).strip(),
        file=None,
        line=None,
    )


def _first(element: Element, *tags: str) -> Element | None:
    return next((child for child in element if _tag(child) in tags), None)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _number(text: str | None) -> int | None:
    """Return a whole number of sensible size; anything else is none."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _bad(what: str, where: str) -> RunProblem:
    return RunProblem(
        Ended.BAD_REPORT, what, where=where, todo="Look at the command's output beside the evidence; run it again."
    )
