import hashlib

import bcrypt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC


def cheap(password: bytes, salt: bytes):
    # ruleid: password-rounds-too-few
    first = hashlib.pbkdf2_hmac("sha256", password, salt, 1000)
    # ruleid: password-rounds-too-few
    second = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=10_000)
    # ruleid: password-rounds-too-few
    return first, second, bcrypt.hashpw(password, bcrypt.gensalt(rounds=4))


def dear(password: bytes, salt: bytes, rounds: int):
    # ok: password-rounds-too-few
    first = hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
    # ok: password-rounds-too-few
    second = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=rounds)
    # ok: password-rounds-too-few
    return first, second, bcrypt.hashpw(password, bcrypt.gensalt())
