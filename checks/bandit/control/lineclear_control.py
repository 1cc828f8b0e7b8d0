"""Starts a shell with a text, which bandit must catch."""

import subprocess

subprocess.run("true; " + input(), shell=True)
