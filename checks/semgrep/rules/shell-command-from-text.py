import asyncio
import os
import shlex
import subprocess
import sys

TOOL = "/usr/bin/tool"


def pasted(branch: str, path: str) -> None:
    # ruleid: shell-command-from-text
    subprocess.run(f"git checkout {branch}", shell=True, check=True)
    # ruleid: shell-command-from-text
    code = os.system("rm -r " + path)
    # ruleid: shell-command-from-text
    subprocess.check_output("ls %s" % path, shell=True)
    # ruleid: shell-command-from-text
    subprocess.check_output("ls {}".format(path), shell=True)
    command = f"{TOOL} --file {path}"
    # ruleid: shell-command-from-text
    subprocess.check_call(command, shell=True)


def pasted_whatever_the_prefix(path: str) -> None:
    # ruleid: shell-command-from-text
    code = subprocess.call(u'rm ' + path, shell=True)
    # ruleid: shell-command-from-text
    subprocess.check_output(U"ls %s" % path, shell=True)
    # ruleid: shell-command-from-text
    subprocess.check_output(fR"ls {path}", shell=True)


async def pasted_later(path: str) -> None:
    # ruleid: shell-command-from-text
    await asyncio.create_subprocess_shell(f"wc -l {path}")


def harmless(branch: str, path: str, number: str, command: str) -> None:
    # ok: shell-command-from-text
    subprocess.run(["git", "checkout", branch], check=True)
    # ok: shell-command-from-text
    subprocess.run(f"git checkout {shlex.quote(branch)} && make", shell=True, check=True)
    # ok: shell-command-from-text
    subprocess.run("git fetch | tee log", shell=True, check=True)
    # ok: shell-command-from-text
    subprocess.run(f"{TOOL} --all | tee log", shell=True, check=True)
    # ok: shell-command-from-text
    subprocess.run("awk '{print $1}' log", shell=True, check=True)
    # ok: shell-command-from-text
    subprocess.run(f"awk '{{print $1}}' log; kill {os.getpid()}", shell=True, check=True)
    # ok: shell-command-from-text
    code = os.system("head -n %d log" % int(number))
    # ok: shell-command-from-text
    code = os.system(TOOL + " --version")
    # ok: shell-command-from-text
    subprocess.run(f"{sys.executable} -m venv env", shell=True, check=True)
    # ok: shell-command-from-text
    subprocess.run(command, shell=True, check=True)


def quoted_before(path: str) -> None:
    argument = shlex.quote(path)
    # ok: shell-command-from-text
    code = os.system(f"ls {argument}")
