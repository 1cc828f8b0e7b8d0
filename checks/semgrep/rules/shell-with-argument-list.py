import shlex
import subprocess
import sys


def lost(path: str, line: str) -> None:
    # ruleid: shell-with-argument-list
    subprocess.run(["ls", path], shell=True, check=True)
    # ruleid: shell-with-argument-list
    subprocess.check_output(shlex.split(line), shell=True)
    command = ["ls", "-l", path]
    # ruleid: shell-with-argument-list
    subprocess.check_call(command, shell=True)


def kept(path: str, line: str) -> None:
    # ok: shell-with-argument-list
    subprocess.run(["ls", path], check=True)
    # ok: shell-with-argument-list
    subprocess.run("ls | wc -l", shell=True, check=True)
    # ok: shell-with-argument-list
    subprocess.run(["ls", path], shell=False, check=True)
    if sys.platform == "win32":
        # ok: shell-with-argument-list
        subprocess.run(["dir", path], shell=True, check=True)
