"""Jobs, started and stopped."""

import subprocess

TIMEOUT = 30


class Jobs:
    def stop(self, command):
        return subprocess.run(command, shell=True)

    def start(self, command, folder):
        return subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env={
                "MODE": "job",
            },
        )
