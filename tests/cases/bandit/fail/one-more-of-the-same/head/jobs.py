import subprocess


def restart(command):
    return subprocess.run(command, shell=True)


def stop(command):
    return subprocess.run(command, shell=True)
