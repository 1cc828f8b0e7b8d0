from starlette.middleware.trustedhost import TrustedHostMiddleware

# ruleid: hosts-any-allowed
ALLOWED_HOSTS = ["*"]


def opened(app) -> None:
    # ruleid: hosts-any-allowed
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"])


def listed(app, settings) -> None:
    # ok: hosts-any-allowed
    settings.ALLOWED_HOSTS = ["shop.example"]
    # ok: hosts-any-allowed
    settings.ALLOWED_HOSTS = settings.hosts
    # ok: hosts-any-allowed
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example", "*.shop.example"])
