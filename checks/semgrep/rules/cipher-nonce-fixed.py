import os

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def sealed_alike(key: bytes, message: bytes):
    # ruleid: cipher-nonce-fixed
    first = Cipher(algorithms.AES(key), modes.CBC(b"0123456789abcdef"))
    # ruleid: cipher-nonce-fixed
    second = AES.new(key, AES.MODE_CBC, iv=b"\x00" * 16)
    seal = AESGCM(key)
    # ruleid: cipher-nonce-fixed
    third = seal.encrypt(b"unique nonce", message, None)
    # ruleid: cipher-nonce-fixed
    return first, second, third, AES.new(key, AES.MODE_CTR, nonce=bytes(8))


def sealed(key: bytes, message: bytes, received: bytes):
    # ok: cipher-nonce-fixed
    first = Cipher(algorithms.AES(key), modes.CBC(os.urandom(16)))
    nonce = os.urandom(12)
    # ok: cipher-nonce-fixed
    second = AESGCM(key).encrypt(nonce, message, b"header")
    # ok: cipher-nonce-fixed
    third = AES.new(key, AES.MODE_CBC, iv=received[:16])
    # ok: cipher-nonce-fixed
    return first, second, third, AES.new(key, AES.MODE_GCM)
