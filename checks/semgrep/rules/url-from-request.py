import urllib.request
from urllib.parse import urlparse

import httpx
import requests
from fastapi import FastAPI
from flask import abort, request

app = FastAPI()
PRICES = "https://prices.example"
HOSTS = {"a": "https://a.example"}


def preview():
    # ruleid: url-from-request
    return requests.get(request.args["url"], timeout=5).text


def imported():
    address = request.get_json()["address"]
    # ruleid: url-from-request
    return urllib.request.urlopen(address, timeout=5).read()


@app.get("/proxy")
async def proxy(url: str):
    async with httpx.AsyncClient() as client:
        # ruleid: url-from-request
        return (await client.get(url)).text


def port():
    host = request.args["host"]
    # ruleid: url-from-request
    return requests.get(f"http://{host}/status", timeout=5).text


def preview_of_allowed():
    address = request.args["url"]
    if urlparse(address).hostname not in {"a.example", "b.example"}:
        abort(400)
    # ok: url-from-request
    return requests.get(address, timeout=5).text


def price():
    # ok: url-from-request
    return requests.get(f"{PRICES}/items/{request.args['item']}", timeout=5).text


def price_of_constant_host():
    # ok: url-from-request
    return requests.get("https://prices.example/items/" + request.args["item"], timeout=5).text


def chosen():
    # ok: url-from-request
    return requests.get(HOSTS[request.args["host"]], timeout=5).text


def searched():
    # ok: url-from-request
    return requests.get("https://search.example/", params={"q": request.args["q"]}, timeout=5).text
