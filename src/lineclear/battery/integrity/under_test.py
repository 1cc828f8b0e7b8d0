"""Product code that asks whether it is being tested, and so may be right in the tests alone."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lineclear.battery.integrity.found import NOTE, WARNING, Found
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.source import Source, dotted

__all__ = ["questions_about_tests"]

_VARIABLES = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID"})
_CI = frozenset({"CI", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "TRAVIS", "JENKINS_URL", "BUILDKITE", "TF_BUILD"})
_RUNNERS = frozenset({"pytest", "_pytest", "py.test", "unittest", "nose"})
_STACKS = frozenset({"_getframe", "stack", "currentframe", "extract_stack", "walk_stack"})
_TOOLING = frozenset({"setup.py", "noxfile.py", "tasks.py", "fabfile.py", "conf.py"})


@dataclass(frozen=True, kw_only=True)
class _Question:
    what: str
    level: str
    path: str
    line: int


def questions_about_tests(project: Project) -> Iterator[Found]:
    """Yield what is asked more often than at the base; what only moves to another file is not."""
    before = Counter(item.what for source in project.base.values() for item in _questions(source))
    for source in project.head.values():
        for item in _questions(source):
            if before[item.what]:
                before[item.what] -= 1
                continue
            yield Found(
                rule="asks-whether-tested" if item.level == WARNING else "asks-whether-in-ci",
                level=item.level,
                path=item.path,
                line=item.line,
                message=f"The program looks at {item.what}: what the tests see need not be what users get.",
                remedy="Make the difference an argument or a setting, and let the tests pass it.",
                subject=item.what,
            )


def _questions(source: Source) -> Iterator[_Question]:
    if source.is_test or PurePosixPath(source.path).name in _TOOLING or _is_plugin(source):
        return
    for node in ast.walk(source.tree):
        asked = _asked(node)
        if asked is not None:
            what, level = asked
            yield _Question(what=what, level=level, path=source.path, line=getattr(node, "lineno", 1))


def _asked(node: ast.AST) -> tuple[str, str] | None:
    if isinstance(node, ast.Constant) and node.value in _VARIABLES:
        return f"the variable {node.value}", WARNING
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        container = {dotted(item) for item in ast.walk(node.comparators[0])}
        if container & {"sys.modules", "modules", "sys.argv"} and _text(node.left) in _RUNNERS:
            return f"whether {_text(node.left)} is loaded", WARNING
        if container & {"os.environ", "environ"} and _text(node.left) in _CI:
            return f"the variable {_text(node.left)}", NOTE
    if isinstance(node, ast.Subscript) and dotted(node.value) in ("os.environ", "environ") and _text(node.slice) in _CI:
        return f"the variable {_text(node.slice)}", NOTE
    if isinstance(node, ast.Call):
        return _called(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _looks_at_callers(node)
    return None


def _called(call: ast.Call) -> tuple[str, str] | None:
    name, first = dotted(call.func) or "", _text(call.args[0]) if call.args else None
    if name in ("sys.modules.get", "modules.get", "find_spec", "importlib.util.find_spec") and first in _RUNNERS:
        return f"whether {first} is loaded", WARNING
    if name in ("hasattr", "getattr") and len(call.args) > 1 and _text(call.args[1]) == "_called_from_test":
        return "sys._called_from_test", WARNING
    if name in ("os.environ.get", "environ.get", "os.getenv", "getenv") and first in _CI:
        return f"the variable {first}", NOTE
    return None


def _looks_at_callers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, str] | None:
    """Say whether a function walks the stack and knows a word for tests."""
    walks = any(
        isinstance(node, ast.Call) and (dotted(node.func) or "").rpartition(".")[2] in _STACKS
        for node in ast.walk(function)
    )
    words = [text.lower() for node in ast.walk(function) if (text := _text(node)) is not None]
    if walks and any("test" in word and len(word.split()) == 1 for word in words):
        return "its callers, for tests among them", WARNING
    return None


def _is_plugin(source: Source) -> bool:
    """Say whether a file works with a test runner openly: it imports it."""
    return any(
        (isinstance(node, ast.Import) and any(alias.name.partition(".")[0] in _RUNNERS for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _RUNNERS)
        for node in source.tree.body
    )


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
