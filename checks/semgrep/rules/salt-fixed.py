import hashlib
import os

import bcrypt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC


def alike(password: bytes):
    # ruleid: salt-fixed
    first = hashlib.pbkdf2_hmac("sha256", password, b"shop", 600_000)
    # ruleid: salt-fixed
    second = hashlib.scrypt(password, salt=b"pepper and salt", n=2**14, r=8, p=1)
    # ruleid: salt-fixed
    third = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=b"\x00" * 16, iterations=600_000)
    # ruleid: salt-fixed
    return first, second, third, bcrypt.hashpw(password, b"$2b$12$wnVVyLcVNlXWvgtnGdR0Iu")


def salted(password: bytes, stored: bytes):
    salt = os.urandom(16)
    # ok: salt-fixed
    first = hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
    # ok: salt-fixed
    second = hashlib.scrypt(password, salt=stored[:16], n=2**14, r=8, p=1)
    # ok: salt-fixed
    third = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=os.urandom(16), iterations=600_000)
    # ok: salt-fixed
    return first, second, third, bcrypt.hashpw(password, bcrypt.gensalt())
