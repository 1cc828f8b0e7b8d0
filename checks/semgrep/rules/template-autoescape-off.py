import jinja2
from jinja2 import Environment, FileSystemLoader, select_autoescape


def pages(folder: str, app, items):
    # ruleid: template-autoescape-off
    environment = Environment(loader=FileSystemLoader(folder))
    page = environment.get_template("list.html").render(items=items)
    # ruleid: template-autoescape-off
    plain = jinja2.Environment(loader=FileSystemLoader(folder), autoescape=False)
    template = plain.get_template("list.html.j2")
    # ruleid: template-autoescape-off
    app.jinja_env.autoescape = False
    return page, template


def escaped_pages(folder: str, items):
    # ok: template-autoescape-off
    environment = Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape())
    return environment.get_template("list.html").render(items=items)


def always_escaped(folder: str, items):
    # ok: template-autoescape-off
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    return environment.get_template("list.html").render(items=items)


def source_code(folder: str, names):
    # ok: template-autoescape-off
    environment = Environment(loader=FileSystemLoader(folder), autoescape=False)
    return environment.get_template("module.py.j2").render(names=names)


def configuration(folder: str, names):
    # ok: template-autoescape-off
    environment = Environment(loader=FileSystemLoader(folder))
    return environment.get_template("nginx.conf").render(names=names)
