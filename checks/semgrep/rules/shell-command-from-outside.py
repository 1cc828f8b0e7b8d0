import os
import shlex
import subprocess

from flask import abort, request

COMMANDS = {"disk": "df -h | tail -n +2"}


def run():
    # ruleid: shell-command-from-outside
    return subprocess.run(request.form["command"], shell=True, capture_output=True, check=True).stdout


def answered(client, question):
    completion = client.chat.completions.create(messages=question)
    # ruleid: shell-command-from-outside
    return os.system(completion.choices[0].message.content)


def listened(connection):
    line = connection.recv(1024).decode()
    # ruleid: shell-command-from-outside
    return subprocess.check_output(line, shell=True)


def run_known():
    # ok: shell-command-from-outside
    return subprocess.check_output(COMMANDS[request.form["name"]], shell=True)


def run_listed():
    command = request.form["command"]
    if command not in COMMANDS.values():
        abort(400)
    # ok: shell-command-from-outside
    return subprocess.check_output(command, shell=True)


def run_quoted():
    argument = shlex.quote(request.form["name"])
    # ok: shell-command-from-outside
    return subprocess.check_output(argument, shell=True)


def run_without_shell():
    # ok: shell-command-from-outside
    return subprocess.check_output(["wc", "-l", "--", request.form["name"]])
