import asyncio

from fastapi import FastAPI
from flask import Flask

app = Flask(__name__)
# ruleid: debug-mode-on
service = FastAPI(debug=True)
# ruleid: debug-mode-on
app.config["DEBUG"] = True

if __name__ == "__main__":
    # ruleid: debug-mode-on
    app.run(port=8000, debug=True)


def started(settings, serve, debug: bool) -> None:
    # ok: debug-mode-on
    app.run(port=8000)
    # ok: debug-mode-on
    app.run(port=8000, debug=settings.debug)
    # ok: debug-mode-on
    asyncio.run(serve(), debug=True)
    # ok: debug-mode-on
    app.config["DEBUG"] = settings.debug
    if debug:
        # ok: debug-mode-on
        app.debug = True
    if settings.in_debug_mode():
        # ok: debug-mode-on
        FastAPI(debug=True)
