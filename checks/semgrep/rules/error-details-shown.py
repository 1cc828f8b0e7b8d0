import logging
import traceback

from fastapi import HTTPException
from flask import jsonify


def total(orders):
    try:
        return orders.total()
    except Exception as error:
        # ruleid: error-details-shown
        return jsonify({"error": str(error)}), 500


def price(orders):
    try:
        return orders.price()
    except Exception as error:
        # ruleid: error-details-shown
        raise HTTPException(status_code=500, detail=f"no price: {error}") from error


def count(orders):
    try:
        return orders.count()
    except Exception:
        # ruleid: error-details-shown
        return jsonify({"trace": traceback.format_exc()}), 500


def total_logged(orders):
    try:
        return orders.total()
    except Exception:
        logging.exception("total")
        # ok: error-details-shown
        return jsonify({"error": "the total could not be computed"}), 500


def name(orders, number):
    if not orders:
        # ok: error-details-shown
        raise HTTPException(status_code=500, detail=f"no name for {number}")
    return orders.name(number)


def price_refused(orders, number):
    try:
        return orders.price(int(number))
    except ValueError as error:
        # ok: error-details-shown
        raise HTTPException(status_code=422, detail=str(error)) from error


def count_refused(orders):
    try:
        return orders.count()
    except KeyError as error:
        # ok: error-details-shown
        return jsonify({"error": str(error)}), 404
