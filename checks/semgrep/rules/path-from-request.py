import os
from pathlib import Path

from fastapi import FastAPI, UploadFile
from flask import abort, request, send_file
from werkzeug.utils import secure_filename

app = FastAPI()
FOLDER = Path("/srv/reports")
REPORTS = {"monthly": "monthly.pdf"}


def read():
    # ruleid: path-from-request
    return open(os.path.join("/srv/reports", request.args["name"])).read()


def download():
    name = request.args.get("name")
    # ruleid: path-from-request
    return send_file(f"/srv/reports/{name}")


def upload():
    file = request.files["file"]
    # ruleid: path-from-request
    file.save(os.path.join("/srv/uploads", file.filename))


@app.post("/upload")
async def uploaded(file: UploadFile):
    # ruleid: path-from-request
    (FOLDER / file.filename).write_bytes(await file.read())


@app.get("/files/{name:path}")
def served(name: str):
    # ruleid: path-from-request
    return (FOLDER / name).read_text()


def read_by_own_name():
    # ok: path-from-request
    return open(os.path.join("/srv/reports", secure_filename(request.args["name"]))).read()


def read_last_part():
    # ok: path-from-request
    return open(FOLDER / Path(request.args["name"]).name).read()


def read_checked():
    path = (FOLDER / request.args["name"]).resolve()
    if not path.is_relative_to(FOLDER):
        abort(404)
    # ok: path-from-request
    return path.read_text()


def read_listed():
    # ok: path-from-request
    return (FOLDER / REPORTS[request.args["name"]]).read_text()


def read_number():
    # ok: path-from-request
    return open(f"/srv/reports/{int(request.args['number'])}.txt").read()


@app.get("/items/{name}")
def one_segment(name: str):
    # ok: path-from-request
    return (FOLDER / name).read_text()


def content_only():
    # ok: path-from-request
    FOLDER.joinpath("note.txt").write_text(request.form["note"])
