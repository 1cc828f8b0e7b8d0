from flask import request

from shop import Order, OrderSchema, User

CHANGEABLE = {"name", "street"}


def create():
    # ruleid: fields-from-request
    return User(**request.get_json())


def update(user):
    for name, value in request.json.items():
        # ruleid: fields-from-request
        setattr(user, name, value)


def update_at_once(user):
    # ruleid: fields-from-request
    user.__dict__.update(request.form)


def create_by_names():
    data = request.get_json()
    # ok: fields-from-request
    return User(name=data["name"], street=data["street"])


def create_by_schema():
    # ok: fields-from-request
    return Order(**OrderSchema().load(request.get_json()))


def update_allowed(user):
    for name, value in request.json.items():
        if name in CHANGEABLE:
            # ok: fields-from-request
            setattr(user, name, value)


def checked():
    # ok: fields-from-request
    return OrderSchema(**request.get_json())
