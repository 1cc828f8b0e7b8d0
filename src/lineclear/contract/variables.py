"""Which variables of the runner a contract may pass on, and what an enforced parent says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lineclear.contract.merge import Merged
from lineclear.contract.problems import Problem
from lineclear.model.contract import Variables

__all__ = ["loosened_variables", "variable_problems"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEERING = re.compile(
    r"PATH|HOME|PWD|OLDPWD|SHELL|SHELLOPTS|BASHOPTS|BASH_.*|ENV|IFS|PS4|CDPATH|TMP|TEMP|TMPDIR|PORT|CI|TERM|TERMINFO.*"
    r"|LANG|LANGUAGE|LC_.*|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR.*|XDG_.*|VIRTUAL_ENV|CONDA_.*|GCONV_PATH|MALLOC_.*|GLIBC_.*"
    r"|(PYTHON|PYTEST|LD_|DYLD_|GIT_|SSH_|SEMGREP|BANDIT|SCHEMATHESIS|HYPOTHESIS|UVICORN|UV_|PIP_|PDM_|POETRY_|NOX|TOX"
    r"|LINECLEAR|GITHUB_|RUNNER_|ACTIONS_|COV_|COVERAGE|SETUPTOOLS|NPM_|NODE_|PERL|RUBY|JAVA_|JDK_|_JAVA|OPENSSL_).*"
    r"|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|CURL_HOME|NETRC|(HTTPS?|ALL|NO|FTP)_PROXY",
    re.IGNORECASE,
)


def variable_problems(merged: Merged) -> Iterator[Problem]:
    """Yield the names that cannot be passed on: no names of variables, or such as steer tools or Lineclear itself."""
    for index, name in enumerate(_stated(merged).pass_):
        where = merged.where("project", "env", "pass", index)
        if not _NAME.fullmatch(name):
            todo = "write names such as API_TOKEN; values are set in the workflow"
            yield Problem(what=f"{name!r} is no name of a variable", where=where, todo=todo)
        elif _STEERING.fullmatch(name):
            yield Problem(
                what=f"the variable {name} steers tools, so it is not passed on",
                where=where,
                todo="give what the tests need another name, in the workflow and in the tests",
            )


def loosened_variables(parent: str, floor: Merged, final: Merged) -> Iterator[Problem]:
    """Yield what a contract says otherwise than its enforced parent: other names, or ``review`` where that fails."""
    stated = floor.project.get("env")
    if not isinstance(stated, dict):
        return
    before, after = _stated(floor), _stated(final)
    if "pass_" in stated and set(after.pass_) != set(before.pass_):
        what = f"project.env.pass may not be changed: {parent} enforces {before.pass_!r}, not {after.pass_!r}"
        where = final.where("project", "env", "pass")
        yield Problem(what=what, where=where, todo=f"write {before.pass_!r}")
    if before.when_missing == "fail" and after.when_missing != "fail":
        what = f"project.env.whenMissing may not be loosened: {parent} enforces 'fail', and this contract says 'review'"
        yield Problem(what=what, where=final.where("project", "env", "whenMissing"), todo="write fail")


def _stated(merged: Merged) -> Variables:
    return Variables.model_validate(merged.project.get("env") or {})
