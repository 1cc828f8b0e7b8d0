from fastapi.middleware.cors import CORSMiddleware
from flask_cors import CORS
from starlette.middleware import Middleware


def open_to_all(app, flask_app):
    # ruleid: cors-any-origin-with-credentials
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"])
    # ruleid: cors-any-origin-with-credentials
    CORS(flask_app, origins="*", supports_credentials=True)
    # ruleid: cors-any-origin-with-credentials
    CORS(flask_app, supports_credentials=True)
    # ruleid: cors-any-origin-with-credentials
    return [Middleware(CORSMiddleware, allow_credentials=True, allow_origins=["*"])]


def closed(app, flask_app, settings):
    # ok: cors-any-origin-with-credentials
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])
    # ok: cors-any-origin-with-credentials
    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
    # ok: cors-any-origin-with-credentials
    app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)
    # ok: cors-any-origin-with-credentials
    CORS(flask_app, origins=["https://shop.example"], supports_credentials=True)
    # ok: cors-any-origin-with-credentials
    CORS(flask_app)
