import os
import subprocess


def careless(branch: str) -> None:
    # ruleid: command-failure-ignored
    subprocess.run(["git", "checkout", branch])
    # ruleid: command-failure-ignored
    subprocess.run(["make"], cwd="build", capture_output=True)
    # ruleid: command-failure-ignored
    subprocess.call(["make", "install"])
    if branch == "main":
        # ruleid: command-failure-ignored
        os.system("make publish")


def careful(branch: str, started: list, options: dict) -> int:
    # ok: command-failure-ignored
    subprocess.run(["git", "checkout", branch], check=True)
    # ok: command-failure-ignored
    subprocess.run(["git", "stash"], check=False)
    # ok: command-failure-ignored
    result = subprocess.run(["make"])
    # ok: command-failure-ignored
    if subprocess.run(["make"]).returncode != 0:
        return result.returncode
    # ok: command-failure-ignored
    subprocess.run(["git", "status"]).check_returncode()
    # ok: command-failure-ignored
    started.append(subprocess.run(["make"]))
    # ok: command-failure-ignored
    subprocess.run(["make"], **options)
    # ok: command-failure-ignored
    os.system("clear")
    # ok: command-failure-ignored
    subprocess.run(["xdg-open", "report.html"])
    # ok: command-failure-ignored
    return os.system("make publish")
