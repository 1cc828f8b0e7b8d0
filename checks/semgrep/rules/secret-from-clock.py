import hashlib
import hmac
import secrets
import time
import uuid


def made(user) -> str:
    # ruleid: secret-from-clock
    reset_token = hashlib.sha256(str(time.time()).encode()).hexdigest()
    # ruleid: secret-from-clock
    user.session_id = str(uuid.uuid1())
    # ruleid: secret-from-clock
    otp = int(time.time()) % 1_000_000
    return f"{reset_token}{otp}"


def generate_token(user) -> str:
    # ruleid: secret-from-clock
    return f"{user.number}-{time.time_ns()}"


def drawn(user, key: bytes) -> str:
    # ok: secret-from-clock
    reset_token = secrets.token_urlsafe()
    # ok: secret-from-clock
    user.session_id = str(uuid.uuid4())
    # ok: secret-from-clock
    auth_token = hmac.new(key, str(time.time()).encode(), "sha256").hexdigest()
    # ok: secret-from-clock
    token_expires = time.time() + 3600
    # ok: secret-from-clock
    user.api_key = user.Key(value=reset_token, created=time.time())
    # ok: secret-from-clock
    order_number = str(uuid.uuid1())
    return f"{reset_token}{auth_token}{token_expires}{order_number}"
