import paramiko
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa


def short():
    # ruleid: key-too-short
    first = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    # ruleid: key-too-short
    second = RSA.generate(1024)
    # ruleid: key-too-short
    return first, second, paramiko.RSAKey.generate(bits=512)


def long(bits: int):
    # ok: key-too-short
    first = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    # ok: key-too-short
    second = RSA.generate(2048)
    # ok: key-too-short
    third = RSA.generate(bits)
    # ok: key-too-short
    return first, second, third, ed25519.Ed25519PrivateKey.generate()
