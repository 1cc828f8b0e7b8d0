"""Samples; a text is no code:

try:
    work()
# ok: failure-returned-as-success
except Exception:
    return True
"""

import logging


def sent(message, server) -> bool:
    try:
        server.send(message)
    # ruleid: failure-returned-as-success
    except Exception:
        return True
    return True


def checked(order, rules) -> bool:
    try:
        return rules.allow(order)
    # ruleid: failure-returned-as-success
    except:
        # the rules are not there yet
        return True


def health(database):
    try:
        database.ping()
    # ruleid: failure-returned-as-success
    except Exception as error:
        logging.warning("ping: %s", error)
        return {"status": "ok"}
    return {"status": "ok"}


def told(message, server) -> bool:
    try:
        server.send(message)
    # ok: failure-returned-as-success
    except Exception:
        logging.exception("not sent")
        return False
    return True


def absent(path) -> bool:
    try:
        path.stat()
    # ok: failure-returned-as-success
    except FileNotFoundError:
        return True
    return False


def told_later(message, server) -> bool:
    try:
        server.send(message)
    # ok: failure-returned-as-success
    except Exception as error:
        logging.error("not sent: %s", error)

    return True


def state(database):
    try:
        database.ping()
    # ok: failure-returned-as-success
    except Exception:
        return {"status": "unreachable"}
    # ok: failure-returned-as-success
    return {"status": "ok"}
