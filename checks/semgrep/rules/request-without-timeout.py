import urllib.request

import requests


def waiting(url: str, order):
    # ruleid: request-without-timeout
    first = requests.get(url)
    # ruleid: request-without-timeout
    second = requests.post(url, json=order, headers={"Accept": "text/plain"})
    # ruleid: request-without-timeout
    third = urllib.request.urlopen(url)
    # ruleid: request-without-timeout
    return first, second, third, requests.request("PUT", url, json=order)


def bounded(url: str, order, options, session):
    # ok: request-without-timeout
    first = requests.get(url, timeout=5)
    # ok: request-without-timeout
    second = requests.post(url, json=order, timeout=(3, 30))
    # ok: request-without-timeout
    third = urllib.request.urlopen(url, timeout=5)
    # ok: request-without-timeout
    fourth = requests.get(url, **options)
    # ok: request-without-timeout
    return first, second, third, fourth, options.get(url)
