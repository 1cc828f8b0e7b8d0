"""semgrep's two front ends say the same: the native one that a run starts, and the one that its documentation is about.

The version is pinned, and this is what holds a newer one to it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from battery_factory import bench

from lineclear.battery.adapter import RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.readers.scanner import json_report
from lineclear.battery.readers.semgrep_json import examined, hits, not_read

pytestmark = pytest.mark.tools

CHECKS = Path(__file__).parents[2] / "checks"
UNSAFE = b"import pickle\n\n\ndef load(data):\n    return pickle.loads(data)\n"
TREE = {
    b"plain.py": UNSAFE,
    b"tests/test_it.py": UNSAFE,
    b"folder/nested.py": UNSAFE,
    b"folder/.semgrepignore": b"*\n",
    b".semgrepignore": b"*\n",
    b".hidden/it.py": UNSAFE,
    b"name with space.py": UNSAFE,
    b"quo\"t'e.py": UNSAFE,
    b"line\nbreak.py": UNSAFE,
    b"bytes_\xff.py": UNSAFE,
    b"-dash.py": UNSAFE,
    b"returns.py": UNSAFE.replace(b"\n", b"\r\n"),
    b"bom.py": b"\xef\xbb\xbf" + UNSAFE,
    b"latin.py": b"# caf\xe9\n" + UNSAFE,
    b"nul.py": UNSAFE + b"\0\n",
    b"binary.py": bytes(range(256)) * 20,
    b"broken.py": UNSAFE + b"def f(:\n",
    b"suppressed.py": UNSAFE.replace(b"(data)\n", b"(data)  # nosemgrep\n"),
    b"empty.py": b"",
    b"large.py": b"X = [\n" + b"    1,\n" * 200_000 + b"]\n" + UNSAFE,
    b"text.txt": UNSAFE,
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("front-ends") / "tree"
    shutil.copytree(CHECKS / "semgrep" / "rules", folder / "samples", ignore=shutil.ignore_patterns("*.yaml"))
    for name, content in TREE.items():
        path = folder / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content)
    (folder / "link.py").symlink_to("plain.py")
    return folder


@pytest.fixture(scope="module")
def reports(tree: Path, tool_bin: Callable[[str], Path]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the native front end reports, then what the documented one does."""
    workbench = dataclasses.replace(
        bench("semgrep", tree=tree), bin=tool_bin("semgrep").parent, data=CHECKS / "semgrep", files=[]
    )
    argv = ADAPTERS["semgrep"].prepare(workbench).argv
    said = [_run(command, tree) for command in (argv, [word for word in argv if word != "--experimental"])]
    native, documented = said
    return native, documented


def _run(argv: Any, tree: Path) -> dict[str, Any]:
    env = {"HOME": str(tree.parent), "PATH": os.defpath, "SEMGREP_SEND_METRICS": "off"}
    ended = subprocess.run(argv, cwd=tree, env=env, capture_output=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    return dict(json_report(ended.stdout, "report.json", "semgrep"))


def test_both_find_the_same(reports: tuple[dict[str, Any], dict[str, Any]]) -> None:
    native, documented = ({dataclasses.astuple(hit) for hit in hits(report)} for report in reports)
    assert native == documented
    assert len(native) > len(TREE)


def test_both_scan_the_same_files_whatever_their_names_are(reports: tuple[dict[str, Any], dict[str, Any]]) -> None:
    native, documented = (examined(report) for report in reports)
    assert {"bytes_\\xff.py", "line\nbreak.py", ".hidden/it.py", "folder/nested.py", "large.py"} <= native
    assert native - {"bytes_\\xff.py"} == {name for name in documented if not name.startswith("bytes_")}


def test_both_name_the_same_files_as_not_read(reports: tuple[dict[str, Any], dict[str, Any]]) -> None:
    native, documented = (not_read(report) for report in reports)
    assert {path: partly for path, (_, partly) in native.items()} == {
        path: partly for path, (_, partly) in documented.items()
    }
    assert {"binary.py", "nul.py"} <= native.keys()


@pytest.mark.parametrize(
    "rule",
    [
        {"pattern": "import pickle", "languages": ["klingon"], "severity": "ERROR"},
        {"pattern": "import pickle", "languages": ["python"], "severity": "LOUD"},
        {"pattern-either": "import pickle", "languages": ["python"], "severity": "ERROR"},
        {"languages": ["python"], "severity": "ERROR"},
    ],
)
def test_the_native_one_refuses_a_rule_that_means_nothing(
    tree: Path, tool_bin: Callable[[str], Path], tmp_path: Path, rule: dict[str, Any]
) -> None:
    (tmp_path / "r.yaml").write_text(json.dumps({"rules": [{"id": "r", "message": "m", **rule}]}))
    workbench = dataclasses.replace(
        bench("semgrep", tree=tree, rules=["r.yaml"]), bin=tool_bin("semgrep").parent, base_tree=tmp_path
    )
    argv = ADAPTERS["semgrep"].prepare(workbench).argv
    ended = subprocess.run(argv, cwd=tree, capture_output=True, timeout=300, check=False)
    assert ended.returncode not in (0, 1)


def test_an_id_that_two_rules_have_is_refused(tmp_path: Path) -> None:
    """The native front end would keep one of the two, and say nothing."""
    rule = {"id": "same", "message": "m", "pattern": "import pickle", "languages": ["python"]}
    for name, level in (("a", "WARNING"), ("b", "ERROR")):
        (tmp_path / f"{name}.yaml").write_text(json.dumps({"rules": [{**rule, "severity": level}]}))
    workbench = dataclasses.replace(bench("semgrep", rules=["a.yaml", "b.yaml"]), base_tree=tmp_path)
    with pytest.raises(RunProblem, match="the first is 'same'"):
        ADAPTERS["semgrep"].prepare(workbench)
