from urllib.parse import urlparse

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from flask import redirect, request, url_for

app = FastAPI()
PAGES = {"orders": "/orders"}


def signed_in():
    # ruleid: redirect-from-request
    return redirect(request.args.get("next") or "/")


def signed_out():
    target = request.form["target"]
    # ruleid: redirect-from-request
    return redirect(target, code=303)


@app.get("/go")
def go(url: str):
    # ruleid: redirect-from-request
    return RedirectResponse(url=url)


def signed_in_safely(is_safe_url):
    target = request.args.get("next")
    if not is_safe_url(target):
        return redirect("/")
    # ok: redirect-from-request
    return redirect(target)


def signed_in_here():
    target = request.args.get("next", "/")
    if urlparse(target).netloc != "":
        target = "/"
    # ok: redirect-from-request
    return redirect(target)


def signed_in_where_allowed(get_redirect_location):
    # ok: redirect-from-request
    return redirect(get_redirect_location(request.form.get("next"), "home"))


def named():
    # ok: redirect-from-request
    return redirect(url_for("orders", page=request.args["page"]))


def chosen():
    # ok: redirect-from-request
    return redirect(PAGES[request.args["page"]])


def own_path():
    # ok: redirect-from-request
    return redirect(f"/orders/{request.args['number']}")
