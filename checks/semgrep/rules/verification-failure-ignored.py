import logging

import jwt
from cryptography.exceptions import InvalidSignature


def received(key, signature, body, handle) -> None:
    # ruleid: verification-failure-ignored
    try:
        key.verify(signature, body)
    except InvalidSignature:
        pass
    handle(body)


def allowed(token: str, key: str) -> bool:
    # ruleid: verification-failure-ignored
    try:
        jwt.decode(token, key, algorithms=["RS256"])
    except jwt.InvalidTokenError as error:
        logging.warning("token: %s", error)
        return True
    return True


def taken(hasher, digest, password, start) -> None:
    # ruleid: verification-failure-ignored
    try:
        hasher.verify(digest, password)
    except ValueError:
        # an old digest
        pass
    start()


def refused(key, signature, body, handle) -> bool:
    # ok: verification-failure-ignored
    try:
        key.verify(signature, body)
    except InvalidSignature:
        return False
    handle(body)
    return True


def raised(key, signature, body, handle) -> None:
    # ok: verification-failure-ignored
    try:
        key.verify(signature, body)
    except InvalidSignature as error:
        raise PermissionError("the signature is wrong") from error
    handle(body)


def one_of(keys, signature, body):
    for key in keys:
        # ok: verification-failure-ignored
        try:
            key.verify(signature, body)
            return key
        except InvalidSignature:
            continue
    raise PermissionError("no key fits")


def closed(connection) -> None:
    # ok: verification-failure-ignored
    try:
        connection.flush()
    except OSError:
        pass
