def collected(item, items=[]):
    # ruleid: mutable-default-changed
    items.append(item)
    return items


def counted(word: str, counts: dict[str, int] = {}) -> dict[str, int]:
    # ruleid: mutable-default-changed
    counts[word] = counts.get(word, 0) + 1
    return counts


class Basket:
    async def fill(self, item, *, contents: set[str] = set()):
        # ruleid: mutable-default-changed
        contents.add(item)


def read_only(names=["id", "name"], options: dict[str, str] = {}):
    # ok: mutable-default-changed
    return [options.get(name, name) for name in names]


def created(item, items=None):
    items = [] if items is None else items
    # ok: mutable-default-changed
    items.append(item)
    return items


def copied(item, items=[]):
    items = list(items)
    # ok: mutable-default-changed
    items.append(item)
    return items


def remembered(number: int, cache: dict[int, int] = {}) -> int:
    # ok: mutable-default-changed
    cache[number] = number * number
    return cache[number]


def unrelated(item, target, names=()):
    # ok: mutable-default-changed
    target.append(item)
