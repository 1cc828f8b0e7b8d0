KIND = "book"


def pasted(tree, name: str):
    # ruleid: xpath-from-text
    first = tree.xpath(f"//user[@name='{name}']")
    # ruleid: xpath-from-text
    second = tree.xpath("//user[@name='%s']/role" % name)
    # ruleid: xpath-from-text
    third = tree.xpath("//user[contains(., '" + name + "')]")
    expression = '//user[@name="{}"]'.format(name)
    # ruleid: xpath-from-text
    return first, second, third, tree.xpath(expression)


def passed(tree, name: str, place: int):
    # ok: xpath-from-text
    first = tree.xpath("//user[@name=$name]", name=name)
    # ok: xpath-from-text
    second = tree.xpath("//user[@name='admin']")
    # ok: xpath-from-text
    third = tree.xpath(f"//item[{place}]/title")
    # ok: xpath-from-text
    fourth = tree.xpath(f"//item[@kind='{KIND}']")
    # ok: xpath-from-text
    return first, second, third, fourth, tree.xpath(f"//{name}/title")
