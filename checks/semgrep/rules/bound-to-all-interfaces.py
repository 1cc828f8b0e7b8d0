import socket
from http.server import BaseHTTPRequestHandler, HTTPServer

import uvicorn


def opened(app) -> None:
    # ruleid: bound-to-all-interfaces
    uvicorn.run(app, host="0.0.0.0", port=8000)
    # ruleid: bound-to-all-interfaces
    HTTPServer(("0.0.0.0", 8000), BaseHTTPRequestHandler).serve_forever()
    # ruleid: bound-to-all-interfaces
    socket.socket().bind(("::", 8000))


def local(app, settings) -> None:
    # ok: bound-to-all-interfaces
    uvicorn.run(app, host="127.0.0.1", port=8000)
    # ok: bound-to-all-interfaces
    uvicorn.run(app, host=settings.host, port=8000)
    # ok: bound-to-all-interfaces
    socket.socket().bind(("127.0.0.1", 0))
    # ok: bound-to-all-interfaces
    socket.socket().connect(("0.0.0.0", 8000))
