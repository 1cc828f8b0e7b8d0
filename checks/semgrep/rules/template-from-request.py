import jinja2
from flask import render_template, render_template_string, request

PAGE = "<p>Hello {{ name }}</p>"


def greet():
    # ruleid: template-from-request
    return render_template_string("<p>Hello " + request.args["name"] + "</p>")


def greet_later(user):
    # ruleid: template-from-request
    return render_template_string(f"<p>Hello {user.name}</p>")


def preview(environment: jinja2.Environment):
    source = request.get_json()["template"]
    # ruleid: template-from-request
    return environment.from_string(source).render(total=3)


def compiled():
    # ruleid: template-from-request
    return jinja2.Template(request.form["body"]).render()


def greet_by_variable(environment: jinja2.Environment):
    # ok: template-from-request
    return render_template_string("<p>Hello {{ name }}</p>", name=request.args["name"])


def greet_by_file():
    # ok: template-from-request
    return render_template("hello.html", name=request.args["name"])


def greet_by_constant(environment: jinja2.Environment, folder):
    # ok: template-from-request
    page = environment.from_string(PAGE).render(name=request.args["name"])
    # ok: template-from-request
    return page + render_template_string((folder / "foot.html").read_text())
