import random
import secrets
import string


def drawn(user):
    # ruleid: secret-from-random
    password = "".join(random.choice(string.ascii_letters) for _ in range(16))
    # ruleid: secret-from-random
    user.reset_token = str(random.getrandbits(128))
    # ruleid: secret-from-random
    token = "".join(random.choices(string.hexdigits, k=32))
    return password, token


def generate_api_key() -> str:
    # ruleid: secret-from-random
    return "".join(random.choices(string.ascii_letters, k=40))


def drawn_safely(user, words, vocabulary):
    # ok: secret-from-random
    password = "".join(secrets.choice(string.ascii_letters) for _ in range(16))
    # ok: secret-from-random
    user.reset_token = secrets.token_urlsafe()
    # ok: secret-from-random
    api_key = "".join(random.SystemRandom().choice(string.hexdigits) for _ in range(32))
    # ok: secret-from-random
    token = random.choice(vocabulary)
    # ok: secret-from-random
    next_token = random.choices(words, weights=[1, 2])[0]
    # ok: secret-from-random
    delay = random.uniform(0.5, 1.5)
    return password, api_key, token, next_token, delay


def generate_sample(words: list[str]) -> str:
    # ok: secret-from-random
    return random.choice(words)
