import ssl

import urllib3


def unchecked():
    context = ssl.create_default_context()
    # ruleid: tls-name-unchecked
    context.check_hostname = False
    # ruleid: tls-name-unchecked
    pool = urllib3.PoolManager(assert_hostname=False)
    return context, pool


def checked(name: str, insecure: bool = False):
    context = ssl.create_default_context()
    # ok: tls-name-unchecked
    context.check_hostname = True
    # ok: tls-name-unchecked
    pool = urllib3.PoolManager(assert_hostname=name)
    before = context.check_hostname
    # ok: tls-name-unchecked
    context.check_hostname = False
    context.check_hostname = before
    if insecure:
        # ok: tls-name-unchecked
        context.check_hostname = False
    # ok: tls-name-unchecked
    return context, pool, context.check_hostname is False
