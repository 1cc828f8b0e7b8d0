import jwt


def unchecked(token: str, key: str):
    # ruleid: jwt-signature-unchecked
    jwt.decode(token, options={"verify_signature": False})
    # ruleid: jwt-signature-unchecked
    return jwt.decode(token, key, verify=False)


def checked_unless_the_sender_says_none(token: str, key: str):
    # ruleid: jwt-signature-unchecked
    return jwt.decode(token, key, algorithms=["HS256", "none"])


def unchecked_by_name(token: str):
    options = {"verify_exp": True, "verify_signature": False}
    # ruleid: jwt-signature-unchecked
    return jwt.decode(token, options=options)


def checked(token: str, key: str):
    # ok: jwt-signature-unchecked
    jwt.decode(token, key, algorithms=["HS256"])
    # ok: jwt-signature-unchecked
    jwt.decode(token, key, algorithms=["RS256"], options={"verify_exp": False})
    # ok: jwt-signature-unchecked
    return jwt.get_unverified_header(token)["kid"]


def key_chosen_by_issuer(token: str, keys: dict[str, str]):
    # ok: jwt-signature-unchecked
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    return jwt.decode(token, keys[issuer], algorithms=["RS256"])
