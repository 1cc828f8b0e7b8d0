import logging

logger = logging.getLogger(__name__)


def told(user: str, password: str, settings) -> None:
    # ruleid: secret-in-log
    logger.debug("sign-in of %s with %s", user, password)
    # ruleid: secret-in-log
    logging.info(f"using key {settings.api_key}")
    # ruleid: secret-in-log
    print("password:", password)
    # ruleid: secret-in-log
    print(f"token is {settings.access_token}")


def kept(user: str, password: str, settings, token, tokens) -> None:
    # ok: secret-in-log
    logger.debug("sign-in of %s", user)
    # ok: secret-in-log
    logger.info("password of %s was changed", user)
    # ok: secret-in-log
    logger.info("a key is %s", "set" if settings.api_key else "missing")
    # ok: secret-in-log
    logger.debug("password has %d characters", len(password))
    # ok: secret-in-log
    print(f"key from {settings.api_key_file}")
    # ok: secret-in-log
    logger.info("hidden: %s", settings.is_password)
    # ok: secret-in-log
    print("parser stopped at", token, len(tokens))
