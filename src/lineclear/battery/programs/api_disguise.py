"""Takes from schemathesis' requests what an API could know them by. Loaded by schemathesis as its hooks file.

Every request of it has a User-Agent and a header with the number of the case; the probes before a run have more. A
service that behaves well only when it is being tested would see them. Nothing else of a request is touched.
"""

from __future__ import annotations

from typing import Any

import requests

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_CASE = "x-schemathesis-testcaseid"
_PREFIX = "x-schemathesis-"


def disguise(request: requests.PreparedRequest) -> None:
    """Drop or rename what names the tool in one request."""
    if request.url is not None:
        request.url = request.url.replace("/schemathesis-probe", "/probe")
    for name, value in list(request.headers.items()):
        low = name.lower()
        if low == _CASE:
            del request.headers[name]
        elif low.startswith(_PREFIX):
            del request.headers[name]
            request.headers[f"X-{name[len(_PREFIX) :]}"] = value
        elif low == "user-agent" and str(value).lower().startswith("schemathesis"):
            request.headers[name] = _AGENT


_send = requests.Session.send


def _send_disguised(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
    disguise(request)
    return _send(session, request, **kwargs)


# schemathesis has no hook behind the one that adds these headers
setattr(requests.Session, "send", _send_disguised)  # noqa: B010 - a method is replaced on purpose
