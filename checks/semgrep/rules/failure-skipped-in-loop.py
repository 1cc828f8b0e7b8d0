import logging


def read_all(paths, parse):
    found = []
    for path in paths:
        try:
            found.append(parse(path))
        # ruleid: failure-skipped-in-loop
        except Exception:
            continue
    return found


def poll(queue, handle) -> None:
    while True:
        try:
            handle(queue.get())
        # ruleid: failure-skipped-in-loop
        except:
            # the next one may be better
            continue


def read_known(paths, parse):
    found = []
    for path in paths:
        try:
            found.append(parse(path))
        # ok: failure-skipped-in-loop
        except FileNotFoundError:
            continue
    return found


def read_counted(paths, parse):
    found, failed = [], 0
    for path in paths:
        try:
            found.append(parse(path))
        # ok: failure-skipped-in-loop
        except Exception:
            failed += 1
            continue
    return found, failed


def read_logged(paths, parse):
    for path in paths:
        try:
            yield parse(path)
        # ok: failure-skipped-in-loop
        except Exception:
            # log it and continue
            logging.exception("cannot read %s", path)
            continue
