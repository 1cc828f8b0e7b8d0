from Crypto.Cipher import AES, ARC4, DES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def broken(key: bytes):
    # ruleid: cipher-broken
    first = AES.new(key, AES.MODE_ECB)
    # ruleid: cipher-broken
    second = Cipher(algorithms.AES(key), modes.ECB())
    # ruleid: cipher-broken
    third = ARC4.new(key)
    # ruleid: cipher-broken
    return first, second, third, DES.new(key, DES.MODE_CBC)


def sound(key: bytes, nonce: bytes):
    # ok: cipher-broken
    first = AES.new(key, AES.MODE_GCM)
    # ok: cipher-broken
    second = Cipher(algorithms.AES(key), modes.GCM(nonce))
    # ok: cipher-broken
    third = algorithms.ChaCha20(key, nonce)
    # ok: cipher-broken
    return first, second, third, AESGCM(key)
