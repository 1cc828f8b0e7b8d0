"""Run one command, and leave none of its processes behind, however it or whoever asked for it ends.

A script of its own, standard library only: ``python -I -S supervisor.py REPORT_FD PARENT_PID``. Three processes:

- the *guard* (this script) takes the order from standard input, adopts every orphan of the run, and ends whatever is
  left: when the command ended, on SIGTERM, SIGINT or SIGHUP, or when standard input closes (its owner is gone);
- the *launcher*, a fork of it, is the parent of the command and waits for that process alone. So no adopted orphan can
  be taken for the command, and a command that kills its parent hits the launcher, not the guard;
- the *command*, in a session of its own.

The order is one line with its length, then NUL-separated: number of arguments, arguments, folder, ``NAME=value``
entries. The answer is one JSON line on REPORT_FD, written when everything has ended: ``{"exited": n}``,
``{"signalled": n}``, ``{"failed": "never started, why"}`` or ``{"interrupted": "why"}``. No line is no result.

Linux holds the promise by PR_SET_CHILD_SUBREAPER: having no child left proves that no descendant is. What remains out
of reach: processes of another user (setuid), and a command that stops and kills guard and launcher on purpose; its
daemons then outlive it, and the run has no result. macOS has neither prctl: there the tree is walked by ``ps`` and the
command's process group is killed, which misses daemons that left both. That part is written and not tested on macOS.
"""

# ruff: noqa: SIM105, PTH123, PTH208 - contextlib, pathlib and typing would double the time to start

from __future__ import annotations

import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypeAlias

    Order: TypeAlias = tuple[list[bytes], bytes, dict[bytes, bytes]]  # argv, folder, environment

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_PR_SET_CHILD_SUBREAPER = 36
_LINUX = sys.platform.startswith("linux")
_END_SECONDS = 10.0
_FILE_BYTES = 4 << 30
_STOP_ROUNDS = 50
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_stopped_by: list[int] = []


def main(report: int, parent: int) -> None:
    """Carry out the order on standard input and write how it ended to the descriptor ``report``."""
    os.set_inheritable(report, False)
    try:
        line = _guard(report, parent)
    except Exception as exc:  # noqa: BLE001 - whatever it is, the owner must read that there is no result
        line = _line("interrupted", f"the supervisor broke: {exc!r}; left: {end_descendants()}")
    try:
        os.write(report, line)
    except BrokenPipeError:  # nobody is left to read it
        pass


def _guard(report: int, parent: int) -> bytes:
    wake, wake_write = os.pipe()
    for end in (wake, wake_write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in _STOP_SIGNALS:
        signal.signal(number, lambda caught, _frame: _stopped_by.append(caught))
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    if _LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    if not _die_with(parent, signal.SIGTERM):
        return _line("interrupted", "the owner of the run was gone before it started")
    order = _read_order(wake)
    if order is None:
        return _line("interrupted", "stopped before the order was complete")
    status, status_write = os.pipe()
    guard = os.getpid()
    launcher = os.fork()
    if launcher == 0:
        _launch(order, guard, status_write, (report, status, wake, wake_write))
    os.close(status_write)
    _to_null(1, 2)
    words = _wait(launcher, status, wake)
    leader, _, ending = words.partition(b"\n")
    left = end_descendants(int(leader) if leader.isdigit() else None)
    if left:
        return _line("interrupted", f"processes could not be ended: {', '.join(map(str, left))}")
    if _stopped_by:
        return _line("interrupted", f"stopped by {signal.Signals(_stopped_by[0]).name}")
    if not ending.endswith(b"\n"):
        return _line("interrupted", "stopped, or its launcher was killed, before the command ended")
    return ending


def _read_order(wake: int) -> Order | None:
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(wake, select.POLLIN)
    data = b""
    length = -1
    while length < 0 or len(data) < length:
        poll.poll()
        chunk = b"" if _stopped_by else os.read(0, 1 << 20)
        if not chunk:
            return None
        data += chunk
        if length < 0 and b"\n" in data:
            head, _, data = data.partition(b"\n")
            length = int(head)
    fields = data.split(b"\0")
    count = int(fields[0])
    pairs = (entry.partition(b"=") for entry in fields[count + 2 :])
    return fields[1 : count + 1], fields[count + 1], {name: value for name, _, value in pairs}


def _wait(launcher: int, status: int, wake: int) -> bytes:
    """Return what the launcher wrote, as soon as it is done or the run is to stop; reap orphans meanwhile."""
    poll = select.poll()
    for source in (0, status, wake):
        poll.register(source, select.POLLIN)
    words = b""
    while True:
        ready = dict(poll.poll())
        if wake in ready:
            os.read(wake, 4096)
            _reap()
        if status in ready:
            chunk = os.read(status, 4096)
            words += chunk
            if not chunk:
                _await(launcher)  # it is on its way out: no need to walk the tree for its sake
                return words
        elif _stopped_by or (0 in ready and not os.read(0, 4096)):
            return words


def _launch(order: Order, guard: int, status: int, others: tuple[int, ...]) -> NoReturn:
    """Be the launcher: write the command's process id, then how it ended."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (*_STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in others:
            os.close(descriptor)
        problem, problem_write = os.pipe()
        launcher = os.getpid()
        if not _die_with(guard, signal.SIGKILL):
            os._exit(1)
        command = os.fork()
        if command == 0:
            _become(order, launcher, problem_write)
        os.close(problem_write)
        os.write(status, b"%d\n" % command)
        _to_null(0, 1, 2)
        why = os.read(problem, 4096)
        _, code = os.waitpid(command, 0)
        if why:
            os.write(status, _line("failed", os.fsdecode(why)))
        elif os.WIFEXITED(code):
            os.write(status, b'{"exited": %d}\n' % os.WEXITSTATUS(code))
        else:
            os.write(status, b'{"signalled": %d}\n' % os.WTERMSIG(code))
    finally:
        os._exit(0)


def _become(order: Order, launcher: int, problem: int) -> NoReturn:
    argv, folder, env = order
    doing = "start"
    try:
        os.setsid()
        if not _die_with(launcher, signal.SIGKILL):
            os._exit(127)
        _to_null(0)
        _limit()
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP):  # Python and nohup ignore them, exec keeps that
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        doing = f"enter {os.fsdecode(folder)}"
        os.chdir(folder)
        doing = f"execute {os.fsdecode(argv[0])}"
        os.execvpe(argv[0], argv, env)  # noqa: S606 - no shell is the point
    except Exception as exc:  # noqa: BLE001 - a fork may only exit
        why = getattr(exc, "strerror", None) or repr(exc)
        os.write(problem, os.fsencode(f"cannot {doing}: {why}")[:4000])
    finally:
        os._exit(127)


def end_descendants(group: int | None = None) -> list[int]:
    """Kill every descendant of this process; return those that are left after ten seconds.

    All are stopped before any is killed, so that a loop of forks cannot run ahead of the walk. A process id cannot be
    taken over in between: an ended descendant keeps its own until a parent reaps it, and the parents are stopped.
    """
    deadline = time.monotonic() + _END_SECONDS
    pause = 0.001
    while _reap() or not _LINUX:
        seen: set[int] = set()
        for _ in range(_STOP_ROUNDS):
            new = _descendants(group) - seen
            if not new:
                break
            _signal_all(new, signal.SIGSTOP)
            seen |= new
        if not seen and not _LINUX:
            break
        _signal_all(seen, signal.SIGKILL)
        if time.monotonic() > deadline:
            return sorted(seen)
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    return []


def _reap() -> bool:
    """Reap what has ended and say whether any child is left. On Linux orphans are children too."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _await(process: int) -> None:
    try:
        os.waitpid(process, 0)
    except ChildProcessError:  # reaped already
        pass


def _signal_all(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except (ProcessLookupError, PermissionError):
            pass


def _descendants(group: int | None) -> set[int]:
    """Return the living descendants of this process; off Linux, those of the given process group as well."""
    table = _proc_table() if _LINUX else _ps_table()
    children: dict[int, list[int]] = {}
    for process, parent, _ in table:
        children.setdefault(parent, []).append(process)
    found = set() if _LINUX else {process for process, _, its_group in table if its_group == group}
    front = [os.getpid(), *found]
    while front:
        below = children.get(front.pop(), [])
        found.update(below)
        front.extend(below)
    return found - {os.getpid()}


def _proc_table() -> list[tuple[int, int, int]]:
    table = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                _, parent, group = stat.read().rpartition(b")")[2].split()[:3]  # the name before may hold anything
        except (FileNotFoundError, ProcessLookupError):
            continue
        table.append((int(name), int(parent), int(group)))
    return table


def _ps_table() -> list[tuple[int, int, int]]:
    import subprocess  # slow, and only macOS needs it

    with subprocess.Popen(["/bin/ps", "-axo", "pid=,ppid=,pgid="], stdout=subprocess.PIPE) as listing:
        rows = [tuple(map(int, line.split())) for line in listing.communicate()[0].splitlines()]
    return [(row[0], row[1], row[2]) for row in rows if row[0] != listing.pid]


def _die_with(parent: int, number: signal.Signals) -> bool:
    """Ask for a signal at the parent's end, and say whether the parent was still there afterwards.

    The kernel sends it when the parent's *thread* ends that forked: the owner forks from the thread of its event loop.
    """
    if _LINUX:
        _prctl(_PR_SET_PDEATHSIG, number)
    return os.getppid() == parent


def _prctl(option: int, value: int) -> None:
    import ctypes  # the standard library has no prctl

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) was refused")


def _limit() -> None:
    """Allow no core files, and bound each file: output that a test runner captures to disk passes no pipe of ours."""
    import resource  # here, so that only this process pays for it

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = _FILE_BYTES if hard == resource.RLIM_INFINITY else min(_FILE_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _to_null(*descriptors: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)


def _line(word: str, text: str) -> bytes:
    import json  # slow, and a plain exit does without

    return json.dumps({word: text}).encode() + b"\n"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
