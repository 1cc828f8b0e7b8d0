import logging


def orders(database, user):
    try:
        return database.orders(user)
    # ruleid: failure-returned-as-nothing
    except Exception:
        return []


def price(shop, item):
    try:
        return shop.price(item)
    # ruleid: failure-returned-as-nothing
    except Exception as error:  # whatever it is
        return None


def refresh(cache) -> None:
    try:
        cache.load()
    # ruleid: failure-returned-as-nothing
    except:
        return


def orders_logged(database, user):
    try:
        return database.orders(user)
    # ok: failure-returned-as-nothing
    except Exception:
        logging.exception("orders of %s", user)
        return []


def price_if_any(shop, item):
    try:
        return shop.price(item)
    # ok: failure-returned-as-nothing
    except KeyError:
        return None


def is_number(text: str) -> bool:
    try:
        float(text)
    # ok: failure-returned-as-nothing
    except Exception:
        return False
    return True


def price_or_error(shop, item):
    try:
        return shop.price(item)
    # ok: failure-returned-as-nothing
    except Exception as error:
        return {"error": type(error).__name__}
