import time

import jwt


def issued(user: str, key: str) -> tuple[str, str]:
    # ruleid: token-never-expires
    first = jwt.encode({"sub": user}, key, algorithm="HS256")
    payload = {"sub": user, "iat": time.time()}
    # ruleid: token-never-expires
    return first, jwt.encode(payload, key, algorithm="HS256")


def issued_for_an_hour(user: str, key: str) -> str:
    # ok: token-never-expires
    return jwt.encode({"sub": user, "exp": time.time() + 3600}, key, algorithm="HS256")


def issued_with_end_added(user: str, key: str) -> str:
    payload = {"sub": user}
    payload["exp"] = time.time() + 3600
    # ok: token-never-expires
    return jwt.encode(payload, key, algorithm="HS256")


def issued_from_claims(claims: dict, more: dict, key: str) -> tuple[str, str]:
    # ok: token-never-expires
    first = jwt.encode(claims, key, algorithm="HS256")
    # ok: token-never-expires
    return first, jwt.encode({"sub": "a", **more}, key, algorithm="HS256")
