"""How commands end, and that nothing of them is left: real processes, no mocks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from lineclear.run.process import Command, Finished, clean_environment, run, serving

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in (0, 1, 2):
            os.close(fd)
        open("daemon", "w").write(str(os.getpid()))
        time.sleep(300)
    os._exit(0)
os.wait()
while not os.path.exists("daemon"):
    time.sleep(0.01)
"""


def command(
    *argv: str, cwd: Path = Path("/"), seconds: float = 30, output: int = 1_000_000, token: str = ""
) -> Command:
    env = clean_environment({"LINECLEAR_TEST": token} if token else {})
    return Command(argv=argv, cwd=cwd, env=env, seconds=seconds, output_bytes=output)


def python(program: str, **more: object) -> Command:
    return command(sys.executable, "-I", "-c", textwrap.dedent(program), **more)  # type: ignore[arg-type] # passed on


def finish(what: Command) -> Finished:
    return asyncio.run(run(what))


def alive(token: str) -> set[int]:
    found = set()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if token.encode() in environ.read_bytes():
                found.add(int(environ.parent.name))
    return found


def until(condition: Callable[[], object], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def token() -> str:
    return uuid.uuid4().hex


@pytest.mark.parametrize("code", [0, 1, 77, 255])
def test_an_exit_code_is_reported_as_it_is(code: int) -> None:
    result = finish(command("sh", "-c", f"echo out; echo err >&2; exit {code}"))
    assert (result.ended, result.exit_code, result.signal, result.problem) == ("exited", code, None, None)
    assert (result.stdout, result.stderr) == (b"out\n", b"err\n")
    assert result.started_at <= result.finished_at
    assert result.finished_at.endswith("Z")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_command_that_dies_of_a_signal_has_no_exit_code(number: signal.Signals) -> None:
    result = finish(command("sh", "-c", f"kill -{int(number)} $$; sleep 30"))
    assert (result.ended, result.exit_code, result.signal) == ("signalled", None, int(number))
    assert number.name in (result.problem or "")


@pytest.mark.parametrize(
    ("argv", "cwd", "named"),
    [
        (("lineclear-no-such-program",), "/", "lineclear-no-such-program"),
        (("true",), "/lineclear-no-such-folder", "lineclear-no-such-folder"),
        (("/etc/passwd",), "/", "/etc/passwd"),
        (("true", "a\0b"), "/", "NUL"),
        ((), "/", "empty"),
    ],
)
def test_a_command_that_cannot_start_says_why(argv: tuple[str, ...], cwd: str, named: str) -> None:
    result = finish(command(*argv, cwd=Path(cwd)))
    assert (result.ended, result.exit_code) == ("spawnFailed", None)
    assert named in (result.problem or "")


def test_arguments_environment_and_folder_arrive_byte_for_byte(tmp_path: Path) -> None:
    odd = "a b'\"\n\udcff=é"
    env = clean_environment({"ODD": odd, "LONG": "x" * 100_000})
    program = "import os,sys; print(ascii(sys.argv[1]), ascii(os.environ['ODD']), len(os.environ['LONG']), os.getcwd())"
    argv = (sys.executable, "-X", "utf8", "-I", "-c", program, odd)
    result = finish(Command(argv=argv, cwd=tmp_path, env=env, seconds=30, output_bytes=10_000))
    assert result.stdout.decode() == f"{odd!a} {odd!a} 100000 {tmp_path}\n"


def test_standard_input_is_empty_and_no_other_descriptor_is_open() -> None:
    result = finish(command("sh", "-c", "cat; ls /dev/fd/ | tr '\\n' ' '; ulimit -c"))
    assert result.stdout.split() == [b"0", b"1", b"2", b"3", b"0"], "3 is the listing's own; no core dumps"


def test_a_command_that_hangs_ends_in_a_timeout_and_keeps_its_output(token: str) -> None:
    result = finish(command("sh", "-c", "echo before; sleep 300", seconds=0.5, token=token))
    assert (result.ended, result.exit_code, result.stdout) == ("timeout", None, b"before\n")
    assert result.seconds < 10
    assert not alive(token)


@pytest.mark.parametrize("redirect", ["", ">&2"])
def test_endless_output_is_cut_at_the_limit(redirect: str, token: str) -> None:
    result = finish(command("sh", "-c", f"yes {redirect}", output=300_000, token=token))
    assert (result.ended, result.exit_code) == ("outputLimit", None)
    assert len(result.stdout) + len(result.stderr) == 300_000
    assert not alive(token)


def test_both_pipes_share_one_limit() -> None:
    program = "import sys; sys.stdout.write('o' * 600); sys.stdout.flush(); sys.stderr.write('e' * 600)"
    assert finish(python(program, output=1_000)).ended == "outputLimit"
    assert finish(python(program, output=1_200)).ended == "exited"


@linux_only
def test_a_daemon_is_gone_when_the_command_has_exited(tmp_path: Path, token: str) -> None:
    result = finish(python(DAEMON, cwd=tmp_path, token=token))
    assert (result.ended, result.exit_code) == ("exited", 0)
    assert (tmp_path / "daemon").read_text().isdigit()
    assert not alive(token)


def test_a_command_that_ignores_sigterm_is_ended_all_the_same(token: str) -> None:
    result = finish(command("sh", "-c", "trap '' TERM INT HUP; while :; do sleep 1; done", seconds=0.5, token=token))
    assert result.ended == "timeout"
    assert not alive(token)


def test_a_command_that_closes_its_pipes_is_waited_for() -> None:
    result = finish(command("sh", "-c", "exec >&- 2>&-; sleep 0.5; exit 7"))
    assert (result.ended, result.exit_code) == ("exited", 7)
    assert result.seconds >= 0.5


def test_a_background_process_that_holds_the_pipes_does_not_hang_the_reader(token: str) -> None:
    result = finish(command("sh", "-c", "sleep 300 & echo done", token=token))
    assert (result.ended, result.stdout) == ("exited", b"done\n")
    assert result.seconds < 10
    assert not alive(token)


@linux_only
def test_a_loop_of_forks_cannot_outrun_the_end(token: str) -> None:
    program = """
        import os, time
        for _ in range(50):
            if os.fork() == 0:
                os.setsid()
                end = time.monotonic() + 60
                while time.monotonic() < end:
                    if os.fork():
                        os._exit(0)
                    os.setsid()
                    time.sleep(0.02)
        time.sleep(300)
    """
    result = finish(python(program, seconds=1, token=token))
    assert result.ended == "timeout"
    assert not alive(token)


@linux_only
def test_a_command_that_kills_its_parent_has_no_result_and_leaves_nothing(tmp_path: Path, token: str) -> None:
    result = finish(python(DAEMON + "os.kill(os.getppid(), 9); time.sleep(300)", cwd=tmp_path, token=token))
    assert (result.ended, result.exit_code, result.signal) == ("interrupted", None, None)
    assert not alive(token)


@linux_only
def test_a_lost_supervisor_is_no_result_and_takes_the_command_with_it(token: str) -> None:
    program = """
        import os, time
        launcher = open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()
        os.kill(int(launcher[1]), 9)
        time.sleep(300)
    """
    result = finish(python(program, token=token))
    assert (result.ended, result.exit_code) == ("interrupted", None)
    assert until(lambda: not alive(token))


@linux_only
def test_cancelling_ends_everything_before_it_is_raised(token: str) -> None:
    async def cancel() -> set[int]:
        task = asyncio.create_task(run(command("sh", "-c", "setsid sleep 300 & sleep 300", token=token)))
        while len(alive(token)) < 3:
            await asyncio.sleep(0.02)
        task.cancel()
        task.get_loop().call_later(0.001, task.cancel)  # an impatient second time
        with pytest.raises(asyncio.CancelledError):
            await task
        return alive(token)

    assert asyncio.run(cancel()) == set()


def test_cancelling_at_any_moment_of_the_start_leaves_nothing(token: str) -> None:
    async def cancel() -> None:
        for moment in range(12):
            task = asyncio.create_task(run(command("sleep", "300", token=token)))
            await asyncio.sleep(moment * 0.004)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancel())
    assert until(lambda: not alive(token), 2)


@pytest.mark.parametrize("steps", range(12))
def test_ending_the_event_loop_at_any_step_of_the_start_ends_in_any_case(steps: int, token: str) -> None:
    """When a loop closes it cancels *all* tasks at once, those that a library made for itself too."""

    async def leave() -> None:
        task = asyncio.ensure_future(run(command("sleep", "300", token=token)))
        for _ in range(steps):
            await asyncio.sleep(0)
        for each in asyncio.all_tasks() - {asyncio.current_task()}:
            each.cancel()
        done, _ = await asyncio.wait({task}, timeout=20)
        assert done == {task}, "its end was waited for in vain"

    asyncio.run(leave())
    assert until(lambda: not alive(token))


def test_many_commands_run_at_once() -> None:
    async def many() -> list[Finished]:
        return await asyncio.gather(*(run(command("sh", "-c", f"echo {n}; exit {n}")) for n in range(20)))

    results = asyncio.run(many())
    assert [(one.exit_code, one.stdout) for one in results] == [(n, b"%d\n" % n) for n in range(20)]


ENGINE = """
import asyncio, sys
from pathlib import Path
from lineclear.run.process import Command, clean_environment, run
env = clean_environment({"LINECLEAR_TEST": sys.argv[1]})
argv = ("sh", "-c", "setsid sh -c 'trap \\"\\" TERM; sleep 300; sleep 300' & sleep 300")
asyncio.run(run(Command(argv=argv, cwd=Path("/"), env=env, seconds=300, output_bytes=1000)))
"""


@linux_only
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_everything_dies_with_the_engine(number: signal.Signals, token: str) -> None:
    with subprocess.Popen([sys.executable, "-c", ENGINE, token], stderr=subprocess.DEVNULL) as engine:
        assert until(lambda: len(alive(token)) >= 4), "shell, shell and two sleeps"
        supervisors = _children_of(engine.pid)
        assert supervisors
        engine.send_signal(number)
        assert engine.wait(20) != 0
    assert until(lambda: not alive(token))
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in supervisors))


def _children_of(process: int) -> list[int]:
    return [
        int(pid)
        for tasks in Path(f"/proc/{process}/task").iterdir()
        for pid in (tasks / "children").read_text().split()
    ]


def test_a_service_runs_during_the_body_and_not_after_it(token: str) -> None:
    async def serve() -> None:
        async with serving(command("sh", "-c", "echo ready; sleep 300", token=token)) as service:
            while service.output()[0] != b"ready\n":
                await asyncio.sleep(0.02)
            assert service.poll() is None
            assert alive(token)
        ended = service.poll()
        assert ended is not None
        assert (ended.ended, ended.exit_code) == ("interrupted", None)

    asyncio.run(serve())
    assert not alive(token)


def test_a_service_ends_when_the_body_raises(token: str) -> None:
    async def serve() -> None:
        async with serving(command("sleep", "300", token=token)):
            raise RuntimeError("in the body")

    with pytest.raises(RuntimeError, match="in the body"):
        asyncio.run(serve())
    assert not alive(token)


def test_a_service_that_ends_by_itself_is_seen() -> None:
    async def serve() -> Finished:
        async with serving(command("sh", "-c", "exit 9")) as service:
            return await service.wait()

    assert asyncio.run(serve()).exit_code == 9


def test_variables_that_steer_a_tool_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    steering = [
        "PYTEST_ADDOPTS",
        "SEMGREP_RULES",
        "PYTHONSTARTUP",
        "PYTHONPATH",
        "GIT_DIR",
        "GITHUB_TOKEN",
        "RUNNER_TEMP",
    ]
    for name in [*steering, "CI", "HOME", "TMPDIR", "LD_PRELOAD"]:
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("https_proxy", "http://proxy.invalid:1")
    monkeypatch.setenv("PATH", f"relative::.:{os.defpath}")
    env = clean_environment({"HOME": "/scratch", "PYTHONHASHSEED": "7"})
    assert not {*steering, "CI", "TMPDIR", "LD_PRELOAD"} & env.keys()
    assert (env["HOME"], env["PYTHONHASHSEED"], env["NO_COLOR"]) == ("/scratch", "7", "1")
    assert (env["PYTHONDONTWRITEBYTECODE"], env["PYTHONNOUSERSITE"]) == ("1", "1")
    assert (env["LC_ALL"], env["https_proxy"]) == ("C.UTF-8", "http://proxy.invalid:1")
    assert all(Path(entry).is_absolute() for entry in env["PATH"].split(os.pathsep))
    seen = finish(Command(argv=("env",), cwd=Path("/"), env=env, seconds=30, output_bytes=100_000)).stdout
    assert dict(line.split("=", 1) for line in seen.decode().splitlines()) == env
