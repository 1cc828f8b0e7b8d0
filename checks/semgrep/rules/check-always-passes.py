# ruleid: check-always-passes
def verify_signature(body: bytes, signature: str) -> bool:
    return True


# ruleid: check-always-passes
def check_permission(user, order) -> bool:
    """Tell whether the user may see the order."""
    return True


# ruleid: check-always-passes
async def validate_token(token: str):
    return {"valid": True, "user": "admin"}


# ok: check-always-passes
def verify_checksum(body: bytes, expected: bytes) -> bool:
    return sum(body).to_bytes(4) == expected


# ok: check-always-passes
def has_children(node) -> bool:
    return True


# ok: check-always-passes
def check_password(password: str, digest: str) -> bool:
    raise NotImplementedError


# ok: check-always-passes
def check_access(user, order) -> bool:
    if order.owner != user:
        return False
    return True


class AllowAny:
    # ok: check-always-passes
    def check_permission(self, user) -> bool:
        return True
