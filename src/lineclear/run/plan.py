"""Plans a verification: decides from contract, change and trees alone what runs, on what, and what does not."""

from __future__ import annotations

import difflib
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from lineclear.battery.battery import Battery
from lineclear.battery.origin import named
from lineclear.contract.globs import matches
from lineclear.errors import UsageError
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveCheck, EffectiveContract
from lineclear.model.definition import CheckDefinition
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.plan import Plan, PlannedCheck, PlannedRun
from lineclear.model.words import ScopeKind
from lineclear.run.select import Selection

__all__ = ["make_plan", "speaks_of_tests"]

_BASE_SCOPES = {"changed": ScopeKind.CHANGED, "all": ScopeKind.ALL}
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")
_TEST_CONFIGURATION = frozenset({"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"})


def make_plan(
    contract: EffectiveContract,
    change: Change,
    battery: Battery,
    *,
    files: Sequence[str],
    only: Sequence[str],
    selection: Selection | None = None,
    overlays: Mapping[str, PlannedOverlay | str] | None = None,
    now: str,
    version: str,
) -> Plan:
    """Return the plan. ``files`` are the regular files of both trees, ``only`` the selected checks, empty for all.
    ``selection`` is the part of one of them that runs, None for all of it. ``overlays`` has, for each check that needs
    it, the trees with exchanged tests, or why there are none.

    Raises :class:`UsageError` when ``only`` names a check that the contract does not have.
    """
    _refuse_unknown(only, [check.id for check in contract.checks])
    return Plan(
        now=now,
        lineclear=version,
        python=platform.python_version(),
        platform=sys.platform,
        partial=selection is not None or (bool(only) and any(check.id not in only for check in contract.checks)),
        checks=[_planned(check, change, battery, files, only, selection, overlays or {}) for check in contract.checks],
    )


def _planned(
    check: EffectiveCheck,
    change: Change,
    battery: Battery,
    files: Sequence[str],
    only: Sequence[str],
    selection: Selection | None,
    overlays: Mapping[str, PlannedOverlay | str],
) -> PlannedCheck:
    definition = battery.definitions[check.use]
    selected = not only or check.id in only
    overlay = overlays.get(check.id)
    unfit = _not_applicable(check, change, definition, files) or (overlay if isinstance(overlay, str) else None)
    reason = "It was left out by --only." if not selected else unfit
    runs = selected and unfit is None and change.merge_tree is not None
    part = list(selection.items) if selection is not None and selection.check == check.id else None
    return PlannedCheck(
        id=check.id,
        use=check.use,
        adapter=definition.adapter,
        title=definition.title,
        covers=definition.covers,
        tool=named(definition, check.settings, battery.tools[check.use]),
        trust=definition.trust,
        suite=definition.suite,
        comparing=definition.base == "comparing",
        required=check.required,
        enforcement=check.enforcement,
        enforce_from=check.enforce_from,
        settings=check.settings,
        seconds=check.seconds,
        reruns=definition.reruns,
        selected=selected,
        selection=part,
        applicable=unfit is None,
        reason=reason,
        run=_run(definition, in_part=part is not None) if runs else None,
        controlled=definition.control is not None,
        source=battery.own[check.use].source if check.use in battery.own else None,
        overlay=overlay if runs and isinstance(overlay, PlannedOverlay) else None,
    )


def _run(definition: CheckDefinition, *, in_part: bool) -> PlannedRun:
    base = _BASE_SCOPES.get(definition.base)
    if not in_part:
        return PlannedRun(merged=ScopeKind.ALL, base=base)
    return PlannedRun(merged=ScopeKind.SELECTED, base=None if base is None else ScopeKind.SELECTED)


def _not_applicable(
    check: EffectiveCheck, change: Change, definition: CheckDefinition, files: Sequence[str]
) -> str | None:
    """Return why a check does not apply to this change, or None when it does."""
    if check.when is not None:
        touched = {path for f in change.files or () for path in (f.path, f.old_path) if path is not None}
        if not any(matches(pattern, path) for pattern in check.when.paths for path in touched):
            return f"The change touches none of {', '.join(check.when.paths)}."
    if definition.needs == "python" and not any(path.endswith((".py", ".pyi")) for path in files):
        return "Neither tree has a Python file."
    if definition.needs == "tests":
        root = normpath(str(check.settings.get("root") or "."))
        below = [path for path in files if root == "." or path.startswith(f"{root}/")]
        # A root that is not there is a mistake, which the run will say, and no reason to leave the check out.
        if (below or root == ".") and not any(speaks_of_tests(path) for path in below):
            return f"Neither tree has a test file or a pytest configuration{'' if root == '.' else f' in {root}'}."
    return None


def speaks_of_tests(path: str) -> bool:
    """Say whether a path is that of a test file or of a pytest configuration."""
    parts = PurePosixPath(path).parts
    in_tests = path.endswith(".py") and any(part in ("test", "tests", "testing") for part in parts[:-1])
    return bool(_TEST_FILE.search(path)) or in_tests or parts[-1] in _TEST_CONFIGURATION


def _refuse_unknown(only: Sequence[str], known: Sequence[str]) -> None:
    for name in only:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"the contract has no check {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
                where="--only",
                todo=f"Choose among: {', '.join(known) or 'none, the contract has no checks'}.",
            )
