import subprocess


def stop(command):
    return subprocess.run(command, shell=True)
