import hmac

from flask import request

from shop import AUTH_METHOD_API_KEY


def hook(body: bytes, key: bytes, settings) -> bool:
    expected_signature = hmac.new(key, body, "sha256").hexdigest()
    # ruleid: secret-compared-plainly
    if request.headers["X-Signature"] == expected_signature:
        return True
    # ruleid: secret-compared-plainly
    if request.headers["X-Api-Key"] != settings.api_key:
        return False
    # ruleid: secret-compared-plainly
    return request.cookies["csrf"] == settings.csrf_token


def hook_in_equal_time(body: bytes, key: bytes, settings, path: str) -> bool:
    expected_signature = hmac.new(key, body, "sha256").hexdigest()
    # ok: secret-compared-plainly
    if hmac.compare_digest(request.headers["X-Signature"], expected_signature):
        return True
    # ok: secret-compared-plainly
    users = settings.query.filter(settings.User.api_key == path)
    # ok: secret-compared-plainly
    if users.mechanism == settings.Mechanism.API_KEY:
        return True
    # ok: secret-compared-plainly
    if settings.method == AUTH_METHOD_API_KEY:
        return True
    # ok: secret-compared-plainly
    if settings.api_key == "":
        return False
    # ok: secret-compared-plainly
    if settings.api_key != None:  # noqa: E711
        return False
    # ok: secret-compared-plainly
    return settings.api_key_file == path
