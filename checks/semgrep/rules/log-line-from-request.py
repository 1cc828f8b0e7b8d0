import logging

from flask import request

logger = logging.getLogger(__name__)


def sign_in():
    user = request.form["user"]
    # ruleid: log-line-from-request
    logger.info(f"sign-in of {user}")
    # ruleid: log-line-from-request
    logging.warning("sign-in of %s failed", user)
    # ruleid: log-line-from-request
    logger.error("no such user: " + request.args["user"])


def sign_in_shown(account):
    user = request.form["user"]
    # ok: log-line-from-request
    logger.info("sign-in of %r", user)
    # ok: log-line-from-request
    logger.info(f"sign-in of {user!r}")
    # ok: log-line-from-request
    logger.info("sign-in of account %s", account.number)
    # ok: log-line-from-request
    logger.info("page %s", int(request.args["page"]))
    # ok: log-line-from-request
    logger.info("%s fields", len(request.form))
    # ok: log-line-from-request
    logger.info("order of %s", account.order(request.args["number"]).owner)
