import ssl

import httpx
import requests


def off(url: str) -> None:
    # ruleid: tls-verification-off
    requests.get(url, timeout=5, verify=False)
    # ruleid: tls-verification-off
    requests.request("POST", url, timeout=5, verify=False)
    session = requests.Session()
    # ruleid: tls-verification-off
    session.verify = False
    # ruleid: tls-verification-off
    client = httpx.AsyncClient(verify=False)
    context = ssl.create_default_context()
    # ruleid: tls-verification-off
    context.verify_mode = ssl.CERT_NONE
    # ruleid: tls-verification-off
    ssl._create_default_https_context = ssl._create_unverified_context


def on(url: str, authority: str, settings, token, insecure: bool = False) -> None:
    # ok: tls-verification-off
    requests.get(url, timeout=5)
    # ok: tls-verification-off
    requests.get(url, timeout=5, verify=authority)
    # ok: tls-verification-off
    requests.get(url, timeout=5, verify=settings.verify)
    # ok: tls-verification-off
    requests.get("https://localhost:8443/health", timeout=5, verify=False)
    # ok: tls-verification-off
    token.decode(url, verify=False)
    context = ssl.create_default_context()
    if insecure:
        # ok: tls-verification-off
        context.verify_mode = ssl.CERT_NONE
