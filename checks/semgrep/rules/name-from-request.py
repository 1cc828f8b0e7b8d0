import importlib
import re

from flask import abort, request

ACTIONS = {"open": "open_order", "close": "close_order"}


def act(order):
    # ruleid: name-from-request
    return getattr(order, request.args["action"])()


def report():
    kind = request.form["kind"]
    # ruleid: name-from-request
    return importlib.import_module(f"reports.{kind}").make()


def searched(lines):
    # ruleid: name-from-request
    return [line for line in lines if re.search(request.args["pattern"], line)]


def act_known(order):
    # ok: name-from-request
    return getattr(order, ACTIONS[request.args["action"]])()


def act_listed(order):
    action = request.args["action"]
    if action not in ACTIONS:
        abort(404)
    # ok: name-from-request
    return getattr(order, action)()


def searched_text(lines):
    # ok: name-from-request
    return [line for line in lines if re.search(re.escape(request.args["text"]), line)]


def matched():
    # ok: name-from-request
    return re.fullmatch(r"\d+", request.args["number"])
