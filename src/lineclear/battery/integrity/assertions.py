"""What a test asserts: each assertion with what it is about and how much it says. Only what can be reached counts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lineclear.battery.integrity.source import AnyFunction, called, dotted, text

__all__ = ["NOTHING", "Assertion", "assertions", "constant", "shape", "stops"]

NOTHING, TRUTH, BOUND, PART, EXACT = range(5)
"""How much an assertion says: nothing, that something is there, a bound, a part of a value, the value."""

_CHECKING = ("assert", "check", "verify", "expect", "validate")
_RAISES = frozenset({"raises", "warns", "assertRaises", "assertRaisesRegex", "assertWarns", "assertWarnsRegex"})
_BROAD = frozenset({"Exception", "BaseException", "AssertionError", "Warning"})
_SKIPS = frozenset({"skip", "skipTest", "xfail", "exit"})
_UNITTEST = {
    "assertEqual": EXACT,
    "assertIs": EXACT,
    "assertIsNone": EXACT,
    "assertListEqual": EXACT,
    "assertDictEqual": EXACT,
    "assertSequenceEqual": EXACT,
    "assertCountEqual": EXACT,
    "assertTrue": TRUTH,
    "assertIsNotNone": TRUTH,
    "assertIsInstance": TRUTH,
    "assertNotEqual": TRUTH,
    "assertFalse": BOUND,
    "assertGreater": BOUND,
    "assertGreaterEqual": BOUND,
    "assertLess": BOUND,
    "assertLessEqual": BOUND,
}


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """One assertion. ``subjects`` are the texts of what it is about; ``swallowed``: its failure goes nowhere.

    ``floor`` is what an assertion in its place must say: ``assert not x`` will do for ``assert x == 0``.
    """

    text: str
    shape: str
    subjects: frozenset[str]
    strength: int
    floor: int
    line: int
    swallowed: bool = False
    shown: str = ""

    def is_about(self, other: Assertion) -> bool:
        """Say whether two assertions share what they are about, or the one is about a part of the other's."""
        return any(ours in theirs or theirs in ours for ours in self.subjects for theirs in other.subjects)


def assertions(function: AnyFunction) -> list[Assertion]:
    """Return what a function asserts, in order."""
    return list(_of_body(function.body, swallowed=False))


def shape(node: ast.AST) -> str:
    """Return the text of a piece of code without constants, plain names and arguments: what it calls and compares."""
    kept = {id(item.func) for item in ast.walk(node) if isinstance(item, ast.Call)}
    words = []
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            words += [item.id] if id(item) in kept else []
        elif isinstance(item, ast.Attribute):
            words.append(f".{item.attr}")
        elif not isinstance(item, ast.expr_context | ast.Constant | ast.keyword):
            words.append(type(item).__name__)
    return " ".join(words)


def stops(node: ast.stmt) -> bool:
    """Say whether nothing after a statement of a test is reached."""
    if isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue):
        return True
    if isinstance(node, ast.If) and constant(node.test) is True:
        return any(map(stops, node.body))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = dotted(node.value.func) or ""
        return name.startswith(("pytest.", "self.", "unittest.")) and name.rpartition(".")[2] in _SKIPS
    return False


def _of_body(body: Sequence[ast.stmt], *, swallowed: bool) -> Iterator[Assertion]:
    for node in body:
        yield from _of_statement(node, swallowed=swallowed)
        if stops(node):
            return


def _of_statement(node: ast.stmt, *, swallowed: bool) -> Iterator[Assertion]:
    if isinstance(node, ast.Assert):
        for part in _parts(node.test):
            yield _of_expression(part, node, swallowed=swallowed)
    elif isinstance(node, ast.Expr):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            yield from _of_call(value, node, swallowed=swallowed)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if isinstance(item.context_expr, ast.Call):
                yield from _of_context(item.context_expr, node, swallowed=swallowed)
        yield from _of_body(node.body, swallowed=swallowed or any(_suppresses(item) for item in node.items))
    elif isinstance(node, ast.Try | ast.TryStar):
        yield from _of_body(node.body, swallowed=swallowed or any(map(_swallows, node.handlers)))
        for handler in node.handlers:
            yield from _of_body(handler.body, swallowed=swallowed)
        yield from _of_body([*node.orelse, *node.finalbody], swallowed=swallowed)
    elif isinstance(node, ast.Assign):  # check = pytest.raises(X) if wanted else nullcontext()
        for inner in ast.walk(node.value):
            if isinstance(inner, ast.Call):
                yield from _of_context(inner, node, swallowed=swallowed)
    elif isinstance(node, ast.If):
        known = constant(node.test)
        if known is not False:
            yield from _of_body(node.body, swallowed=swallowed)
        if known is not True:
            yield from _of_body(node.orelse, swallowed=swallowed)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.While | AnyFunction) and not _never(node):
        yield from _of_body(node.body, swallowed=swallowed)
    elif isinstance(node, ast.Match):
        for case in node.cases:
            yield from _of_body(case.body, swallowed=swallowed)


def _never(node: ast.stmt) -> bool:
    """Say whether a loop is never entered."""
    return (isinstance(node, ast.While) and constant(node.test) is False) or (
        isinstance(node, ast.For) and _is_empty(node.iter)
    )


def _parts(test: ast.expr) -> list[ast.expr]:
    return list(test.values) if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _of_expression(test: ast.expr, at: ast.stmt, *, swallowed: bool) -> Assertion:
    strength, about = _says(test)
    return Assertion(
        text=text(test),
        shape=shape(test),
        subjects=frozenset(text(item) for item in about if not _is_literal(item)),
        strength=strength,
        floor=_floor(test, strength),
        line=at.lineno,
        swallowed=swallowed,
        shown=_shown(test),
    )


def _says(test: ast.expr) -> tuple[int, list[ast.expr]]:
    """Return how much an asserted expression says, and what it is about."""
    if constant(test) is True:
        return NOTHING, [item for value in getattr(test, "values", ()) for item in _says(value)[1]]
    if isinstance(test, ast.Compare):
        about = [test.left, *test.comparators]
        if len(test.ops) > 1:
            return EXACT if all(isinstance(op, ast.Eq) for op in test.ops) else BOUND, about
        return _comparison(test.ops[0], test.left, test.comparators[0]), about
    if isinstance(test, ast.BoolOp):
        sayings = [_says(value) for value in test.values]
        about = [item for _, items in sayings for item in items]
        return (NOTHING if any(said == NOTHING for said, _ in sayings) else TRUTH), about
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return PART, [test.operand]
    if isinstance(test, ast.Call):
        name = (dotted(test.func) or "").rpartition(".")[2]
        if name in ("isinstance", "hasattr", "callable", "bool"):
            return TRUTH, test.args[:1]
        about = [test.func.value] if isinstance(test.func, ast.Attribute) and not test.args else [test]
        return (PART if name in ("startswith", "endswith", "match", "search", "fullmatch", "all") else TRUTH), about
    return TRUTH, [test]


def _comparison(op: ast.cmpop, left: ast.expr, right: ast.expr) -> int:
    if text(left) == text(right):
        return NOTHING
    if isinstance(op, ast.Eq | ast.Is):
        if any(_is_wide(side) for side in (left, right)):
            return BOUND
        return EXACT
    if isinstance(op, ast.In):
        return NOTHING if isinstance(left, ast.Constant) and left.value == "" else PART
    if isinstance(op, ast.NotIn | ast.Lt | ast.Gt | ast.LtE | ast.GtE):
        return BOUND
    return TRUTH


def _floor(test: ast.expr, strength: int) -> int:
    if strength != EXACT or not isinstance(test, ast.Compare):
        return strength
    if isinstance(test.left, ast.Call) and dotted(test.left.func) == "type":
        return TRUTH  # isinstance will do
    sides = [side for side in (test.left, *test.comparators) if isinstance(side, ast.Constant)]
    if any(side.value is True for side in sides):
        return TRUTH
    empty = any(not side.value and side.value is not None for side in sides)
    return PART if empty or _is_empty(test.left) or _is_empty(test.comparators[0]) else EXACT


def _is_wide(node: ast.expr) -> bool:
    """Say whether this is ``approx(…)`` with a tolerance that lets nearly everything pass."""
    if not isinstance(node, ast.Call) or (dotted(node.func) or "").rpartition(".")[2] != "approx":
        return False
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    for place, name in ((1, "rel"), (2, "abs")):
        if len(node.args) > place:
            given.setdefault(name, node.args[place])
    for name, most in (("rel", 0.1), ("abs", 1)):
        value = given.get(name)
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float) and value.value >= most:
            return True
    return False


def _of_call(call: ast.Call, at: ast.stmt, *, swallowed: bool) -> Iterator[Assertion]:
    name = (dotted(call.func) or "").rpartition(".")[2]
    if name in ("assertTrue", "assertFalse") and call.args:
        inner = call.args[0] if name == "assertTrue" else ast.UnaryOp(op=ast.Not(), operand=call.args[0])
        yield _of_expression(inner, at, swallowed=swallowed)
    elif name in ("assertEqual", "assertIs", "assertIn") and len(call.args) > 1:
        op = {"assertEqual": ast.Eq, "assertIs": ast.Is, "assertIn": ast.In}[name]()
        same = ast.Compare(left=call.args[0], ops=[op], comparators=[call.args[1]])
        yield _of_expression(same, at, swallowed=swallowed)
    elif name in _RAISES:
        yield from _of_context(call, at, swallowed=swallowed)
    elif name.lower().lstrip("_").startswith(_CHECKING):
        about = [*call.args, *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
        yield Assertion(
            text=text(call),
            shape=shape(call),
            subjects=frozenset(text(item) for item in about if not _is_literal(item) and dotted(item) != "self"),
            strength=_UNITTEST.get(name, EXACT),
            floor=_UNITTEST.get(name, PART),
            line=at.lineno,
            swallowed=swallowed,
            shown=_shown(call),
        )


def _of_context(call: ast.Call, at: ast.stmt, *, swallowed: bool) -> Iterator[Assertion]:
    """Yield what ``with pytest.raises(…):`` asserts of its body."""
    if (dotted(call.func) or "").rpartition(".")[2] not in _RAISES:
        return
    kinds = list(call.args[0].elts) if call.args and isinstance(call.args[0], ast.Tuple) else call.args[:1]
    broad = any((dotted(kind) or "").rpartition(".")[2] in _BROAD for kind in kinds)
    exact = any(keyword.arg in ("match", "expected_regex") for keyword in call.keywords)
    body = at.body if isinstance(at, ast.With | ast.AsyncWith) else []
    about = [f"raises {text(node)}" for node in body] or [f"raises {text(item)}" for item in call.args[1:]]
    strength = EXACT if exact else BOUND if broad else PART
    yield Assertion(
        text=text(call),
        shape=shape(call),
        subjects=frozenset(about),
        strength=strength,
        floor=strength,
        line=at.lineno,
        swallowed=swallowed,
        shown=_shown(call),
    )


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler takes a failed assertion and lets the test go on."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    names = {(dotted(kind) or "").rpartition(".")[2] for kind in kinds}
    if kinds and not names & {"AssertionError", "Exception", "BaseException"}:
        return False
    inside = [node for part in handler.body for node in ast.walk(part)]
    fails = any(isinstance(node, ast.Raise | ast.Assert) for node in inside)
    return not fails and not any(called(part) & {"fail", "assertTrue", "assertEqual"} for part in handler.body)


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    if not isinstance(call, ast.Call) or (dotted(call.func) or "").rpartition(".")[2] != "suppress":
        return False
    names = {(dotted(kind) or "").rpartition(".")[2] for kind in call.args}
    return bool(names & {"AssertionError", "Exception", "BaseException"})


def constant(node: ast.expr) -> bool | None:
    """Return the truth of what is written out, None where it depends on anything."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and node.elts:
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = constant(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        wanted = isinstance(node.op, ast.Or)
        return wanted if any(constant(value) is wanted for value in node.values) else None
    return None


def _is_empty(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def _is_literal(node: ast.expr) -> bool:
    return not any(isinstance(item, ast.Name | ast.Attribute | ast.Call) for item in ast.walk(node))


def _shown(node: ast.AST) -> str:
    words = " ".join(ast.unparse(node).split())
    return words if len(words) <= 80 else f"{words[:77]}..."
