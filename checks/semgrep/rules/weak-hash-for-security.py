import hashlib


def stored(password: str, secret: str, body: bytes) -> tuple[str, ...]:
    # ruleid: weak-hash-for-security
    first = hashlib.md5(password.encode()).hexdigest()
    # ruleid: weak-hash-for-security
    second = hashlib.sha256(password.encode()).hexdigest()
    # ruleid: weak-hash-for-security
    signature = hashlib.sha1(body).hexdigest()
    # ruleid: weak-hash-for-security
    third = hashlib.md5(secret.encode() + body).hexdigest()
    return first, second, signature, third


def make_reset_token(user: str) -> str:
    # ruleid: weak-hash-for-security
    return hashlib.md5(user.encode()).hexdigest()


def harmless(password: str, secret: str, body: bytes, salt: bytes, tokens: list[str]) -> None:
    # ok: weak-hash-for-security
    checksum = hashlib.md5(body).hexdigest()
    # ok: weak-hash-for-security
    etag = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    # ok: weak-hash-for-security
    cache_key = hashlib.md5(" ".join(tokens).encode()).hexdigest()
    # ok: weak-hash-for-security
    derived = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    # ok: weak-hash-for-security
    signature = hashlib.sha256(body).hexdigest()
    # ok: weak-hash-for-security
    leaked = hashlib.sha1(password.encode()).hexdigest().upper()


def stored_token(access_token: str) -> str:
    # ok: weak-hash-for-security
    return hashlib.sha256(access_token.encode()).hexdigest()
