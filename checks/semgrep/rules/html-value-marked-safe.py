from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from markupsafe import Markup

LINE = "<hr>"


def pasted(user, name: str):
    # ruleid: html-value-marked-safe
    first = Markup(f"<b>{user.name}</b>")
    # ruleid: html-value-marked-safe
    second = mark_safe("<a href='%s'>here</a>" % user.url)
    # ruleid: html-value-marked-safe
    third = mark_safe("<b>" + name + "</b>")
    # ruleid: html-value-marked-safe
    return first, second, third, mark_safe("<b>{}</b>".format(name))


def escaped(user, name: str, number: str):
    # ok: html-value-marked-safe
    first = Markup("<b>{}</b>").format(user.name)
    # ok: html-value-marked-safe
    second = format_html("<a href='{}'>here</a>", user.url)
    # ok: html-value-marked-safe
    third = mark_safe(f"<b>{escape(name)}</b>")
    # ok: html-value-marked-safe
    fourth = mark_safe("<br>")
    # ok: html-value-marked-safe
    fifth = mark_safe(f"<p>{LINE}</p>")
    # ok: html-value-marked-safe
    return first, second, third, fourth, fifth, Markup(f"<td>{int(number)}</td>")
