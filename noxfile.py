"""Sessions: ``verify``, one per check of the battery (tag ``battery``), and those of developers (tag ``dev``).

Imports nox and the standard library only: it also runs from the action's checkout, in a machine that has no more.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nox

HERE = Path(__file__).resolve().parent
CHECKS = tuple(sorted(path.stem for path in (HERE / "checks").glob("*.toml")))

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["verify"]
nox.options.reuse_venv = "yes"


def _install(session: nox.Session) -> None:
    session.chdir(HERE)
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")


def _install_dev(session: nox.Session) -> None:
    session.chdir(HERE)
    session.install("--require-hashes", "-r", "requirements-dev.txt")
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")


def _lineclear(session: nox.Session, *arguments: str) -> None:
    """Run lineclear where nox was called and end with its exit code: ``session.run`` would turn every code into 1."""
    program = Path(session.bin) / "lineclear"
    code = subprocess.run([program, *arguments], cwd=session.invoked_from, check=False).returncode
    if code:
        sys.exit(code)


@nox.session
def verify(session: nox.Session) -> None:
    """Verify the change in the repository where nox was called; arguments after -- go to lineclear verify."""
    _install(session)
    _lineclear(session, "verify", *session.posargs)


def _add_check_session(check: str) -> None:
    def run(session: nox.Session) -> None:
        _install(session)
        _lineclear(session, "verify", "--only", check, *session.posargs)

    run.__doc__ = f"Verify with the check {check} alone."
    nox.session(name=check, tags=["battery"])(run)


for _check in CHECKS:
    _add_check_session(_check)


@nox.session(tags=["dev"])
def demo(session: nox.Session) -> None:
    """Make a repository of examples/orders-service and verify three changes to it."""
    _install(session)
    session.run("python", "-I", "examples/demo.py", *session.posargs)


@nox.session(tags=["dev"])
def tests(session: nox.Session) -> None:
    """Run the tests; arguments after -- go to pytest."""
    _install_dev(session)
    session.run("pytest", "-n", "auto", "--dist", "loadfile", *session.posargs, env={"PYTHONDONTWRITEBYTECODE": "1"})


@nox.session(tags=["dev"])
def lint(session: nox.Session) -> None:
    """Check style, types, import layers, workflows, and that what is generated is fresh."""
    _install_dev(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports", "--no-cache")
    session.run("zizmor", "--offline", "--persona=auditor", "action.yml", ".github")
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    workflows = sorted(str(path) for path in Path(".github/workflows").glob("*.yml"))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("python", "-I", "docs/generate.py", "--check")


@nox.session(tags=["dev"])
def generate(session: nox.Session) -> None:
    """Write again what is generated: schemas, command help, the table of checks."""
    _install_dev(session)
    session.run("python", "-I", "docs/generate.py")


@nox.session(tags=["dev"])
def wheel(session: nox.Session) -> None:
    """Build the wheel and use it where the source folder is out of reach."""
    session.chdir(HERE)
    session.install("--require-hashes", "-r", "requirements.txt")
    folder = Path(session.create_tmp()).resolve()
    session.run("uv", "build", "--wheel", "--out-dir", str(folder), str(HERE), external=True, silent=True)
    (built,) = folder.glob("*.whl")
    session.install("--no-deps", "--reinstall", str(built))
    session.chdir(folder)
    session.run("lineclear", "contract", "check", str(HERE / "examples" / "orders-service" / "lineclear.yaml"))


@nox.session(tags=["dev"])
def bench(session: nox.Session) -> None:
    """Measure verify against its tools run one after the other, in one run."""
    _install_dev(session)
    session.run("python", "-I", "tests/bench.py", *session.posargs)


@nox.session(tags=["dev"])
def realworld(session: nox.Session) -> None:
    """Verify consecutive releases of real packages and print a line for each (docs/realworld.md)."""
    _install_dev(session)
    session.run("python", "-I", "tests/real/realworld.py", *session.posargs)


@nox.session(tags=["dev"], venv_backend="none")
def lock(session: nox.Session) -> None:
    """Lock all requirements again. LINECLEAR_EXCLUDE_NEWER=YYYY-MM-DD keeps what is too new out."""
    newest = os.environ.get("LINECLEAR_EXCLUDE_NEWER")
    options = ["--universal", "--generate-hashes", "--no-header", "--upgrade", "--quiet"]
    options += ["--no-emit-index-url", "--no-emit-find-links", *(["--exclude-newer", newest] if newest else [])]
    jobs = [
        (["pyproject.toml", "requirements-build.in"], "requirements.txt"),
        (["pyproject.toml", "requirements-build.in", "--group", "dev"], "requirements-dev.txt"),
        (["requirements-nox.in"], "requirements-nox.txt"),
        *(([str(path)], str(path.with_suffix(".txt"))) for path in sorted(Path("checks").glob("*/*.in"))),
    ]
    session.chdir(HERE)
    for sources, target in jobs:
        # pytest is added to projects, whose Python may be older than ours; 3.10 is the oldest that it knows.
        oldest = "3.10" if sources == ["checks/pytest/requirements.in"] else "3.11"
        session.run("uv", "pip", "compile", "--python-version", oldest, *options, *sources, "-o", target, external=True)
