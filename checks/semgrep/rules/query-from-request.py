from flask import request


def sign_in(users):
    data = request.get_json()
    # ruleid: query-from-request
    return users.find_one({"name": data["name"], "code": data["code"]})


def removed(orders):
    # ruleid: query-from-request
    return orders.delete_many(request.json)


def sign_in_by_text(users):
    data = request.get_json()
    # ok: query-from-request
    return users.find_one({"name": str(data["name"])})


def added(orders):
    # ok: query-from-request
    return orders.insert_one(request.json)


def changed(orders, number: int):
    # ok: query-from-request
    return orders.update_one({"number": number}, {"$set": {"street": request.json["street"]}})


def found(orders):
    # ok: query-from-request
    return orders.find_one({"number": int(request.json["number"])})
