"""Check the inputs of the action that name places on the runner, before anything is installed.

The action runs this file by its path, with a Python in which nothing is installed: standard library only.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

__all__ = ["Refused", "main", "resolve_inputs", "tools_digest"]


class Refused(Exception):
    """An input cannot be used. lineclear.errors is out of reach here; the three parts are the same."""

    def __init__(self, what: str, *, where: str, todo: str) -> None:
        super().__init__(f"{what}\n  where: {where}\n  to do: {todo}")
        self.line = " ".join(f"{what}. Where: {where}. To do: {todo}".split())


def main() -> None:
    """Write the places as the step's outputs, or say in the output ``problem`` why they cannot be used, and exit."""
    try:
        outputs = resolve_inputs(os.environ, work=Path.cwd())
        outputs["tools"] = tools_digest(Path(__file__).resolve().parents[3] / "checks")
        code = 0
    except Refused as exc:
        print(f"error: {exc}")
        outputs = {"problem": exc.line}
        code = 1
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{key}={value}\n" for key, value in outputs.items())
    sys.exit(code)


def resolve_inputs(env: Mapping[str, str], *, work: Path) -> dict[str, str]:
    """Return the absolute paths of ``project``, ``bundle``, ``contract`` and ``key``; the last two may be empty.

    ``work`` is a folder of the action's own, outside the workspace. Raises Refused for what cannot be used.
    """
    workspace = Path(env["GITHUB_WORKSPACE"]).resolve()
    project = _project(workspace, env.get("INPUT_DIRECTORY", "."))
    contract, key, bundle = (env.get(f"INPUT_{name}", "") for name in ("CONTRACT", "KEY", "BUNDLE"))
    places = {
        "project": str(project),
        "bundle": str(_bundle(workspace, bundle) if bundle else work / "bundle"),
        "contract": str(_contract(workspace, project, contract)) if contract else "",
        "key": str(_absolute(workspace, key)) if key else "",
    }
    for name, place in places.items():
        if not place.isprintable():  # a line break would start an output of its own
            raise Refused(f"{place!r} is no path", where=f"the action's {name}", todo="Name a path of one plain line.")
    return places


def tools_digest(checks: Path) -> str:
    """Return what the environments of tools depend on, as 16 hexadecimal digits: their locks, and this Python."""
    digest = hashlib.sha256("\n".join((sys.executable, sys.version, sysconfig.get_platform())).encode())
    for lock in sorted(checks.glob("*/*.txt")):
        digest.update(f"\n{lock.relative_to(checks)}\n".encode() + lock.read_bytes())
    return digest.hexdigest()[:16]


def _project(workspace: Path, given: str) -> Path:
    project = _absolute(workspace, given).resolve()
    if not project.is_relative_to(workspace) or not project.is_dir():
        raise Refused(
            f"there is no folder {given!r} in the workspace",
            where="the action's input working-directory",
            todo="Run actions/checkout before this action, and give the path that it checks out to.",
        )
    return project


def _contract(workspace: Path, project: Path, given: str) -> Path:
    """Refuse a contract that the change could write or redirect: it would judge itself."""
    path = _absolute(workspace, given)
    folders = (project, *project.parents)
    root = next((folder for folder in folders if os.path.lexists(folder / ".git")), project)
    if path.is_relative_to(root) or path.resolve().is_relative_to(root):
        raise Refused(
            f"{given!r} lies in the repository that is verified, so the change could edit it",
            where="the action's input contract",
            todo="Leave it out to use the base's lineclear.yaml, or check out policy and project side by side.",
        )
    return path


def _bundle(workspace: Path, given: str) -> Path:
    """Refuse a place where something is: the change could have put a verdict of its own there."""
    path = _absolute(workspace, given)
    if os.path.lexists(path):
        raise Refused(
            f"{given!r} is there already, and may be the change's own",
            where="the action's input bundle",
            todo="Leave the input out, or name what does not exist yet.",
        )
    if path.parent.resolve() != path.parent or not path.parent.is_dir():
        raise Refused(
            f"{given!r} is to be in a folder that does not exist, or is reached over a link",
            where="the action's input bundle",
            todo="Leave the input out, or make that folder in an earlier step.",
        )
    return path


def _absolute(workspace: Path, given: str) -> Path:
    return Path(os.path.normpath(workspace / given))


if __name__ == "__main__":
    main()
