def signed_in(response, app, value: str) -> None:
    # ruleid: cookie-unprotected
    response.set_cookie("session_id", value)
    # ruleid: cookie-unprotected
    response.set_cookie(key="access_token", value=value, httponly=True, secure=False)
    # ruleid: cookie-unprotected
    response.set_cookie("auth", value, secure=True, httponly=False)
    # ruleid: cookie-unprotected
    app.config["SESSION_COOKIE_SECURE"] = False


def signed_in_safely(response, app, settings, value: str) -> None:
    # ok: cookie-unprotected
    response.set_cookie("session_id", value, secure=True, httponly=True, samesite="Lax")
    # ok: cookie-unprotected
    response.set_cookie("session_id", value, httponly=True, secure=settings.https)
    # ok: cookie-unprotected
    response.set_cookie("theme", "dark")
    # ok: cookie-unprotected
    response.set_cookie("csrf_token", value, secure=True, httponly=False)
    # ok: cookie-unprotected
    response.set_cookie("session_id", value, **settings.cookie)
    # ok: cookie-unprotected
    app.config["SESSION_COOKIE_SECURE"] = True
    if settings.plain_http:
        # ok: cookie-unprotected
        app.config["SESSION_COOKIE_SECURE"] = False
