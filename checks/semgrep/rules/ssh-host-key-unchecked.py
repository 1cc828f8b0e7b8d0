import subprocess

import asyncssh
import paramiko


def any_host(host: str) -> None:
    client = paramiko.SSHClient()
    # ruleid: ssh-host-key-unchecked
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    # ruleid: ssh-host-key-unchecked
    client.set_missing_host_key_policy(paramiko.WarningPolicy)
    # ruleid: ssh-host-key-unchecked
    subprocess.run(["ssh", "-o", "StrictHostKeyChecking=no", host, "uptime"], check=True)


async def any_host_later(host: str) -> None:
    # ruleid: ssh-host-key-unchecked
    await asyncssh.connect(host, known_hosts=None)


def known_host(host: str) -> None:
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    # ok: ssh-host-key-unchecked
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    # ok: ssh-host-key-unchecked
    subprocess.run(["ssh", "-o", "StrictHostKeyChecking=yes", host, "uptime"], check=True)
    # ok: ssh-host-key-unchecked
    subprocess.run(["ssh", "-o", "StrictHostKeyChecking=accept-new", host, "uptime"], check=True)


async def known_host_later(host: str) -> None:
    # ok: ssh-host-key-unchecked
    await asyncssh.connect(host, known_hosts="/etc/ssh/known_hosts")
