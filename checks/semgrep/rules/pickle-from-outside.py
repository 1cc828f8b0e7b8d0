import base64
import json
import pickle
from pathlib import Path

import requests
from flask import request


def session_from_cookie():
    # ruleid: pickle-from-outside
    return pickle.loads(base64.b64decode(request.cookies["session"]))


def fetched(url: str):
    answer = requests.get(url, timeout=5)
    # ruleid: pickle-from-outside
    return pickle.loads(answer.content)


def received(connection):
    data = connection.recv(4096)
    # ruleid: pickle-from-outside
    return pickle.loads(data)


def own_cache(path: Path):
    # ok: pickle-from-outside
    return pickle.loads(path.read_bytes())


def copied(value: object):
    # ok: pickle-from-outside
    return pickle.loads(pickle.dumps(value))


def fetched_plainly(url: str):
    # ok: pickle-from-outside
    return json.loads(requests.get(url, timeout=5).content)


def signed(signer):
    # ok: pickle-from-outside
    return pickle.loads(signer.unsign(request.cookies["session"]))


def copied_request():
    # ok: pickle-from-outside
    return pickle.loads(pickle.dumps(request.headers))
