import subprocess


def start(command, folder):
    return subprocess.run(command, shell=True, cwd=folder, env={'MODE': 'job'})


def stop(command):
    return subprocess.run(command, shell=True)
