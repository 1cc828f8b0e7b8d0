def read(path, cache):
    text = ""
    try:
        text = path.read_text()
    # ruleid: return-in-finally
    finally:
        return text


def closed(connection):
    try:
        connection.send(b"bye")
    except OSError:
        raise
    # ruleid: return-in-finally
    finally:
        connection.close()
        if connection.closed:
            return True
    return False


def read_and_close(stream):
    try:
        return stream.read()
    # ok: return-in-finally
    finally:
        stream.close()


def read_then(path):
    text = ""
    try:
        text = path.read_text()
    # ok: return-in-finally
    finally:
        path.unlink()
    return text


def cleaned(stack):
    try:
        stack.run()
    # ok: return-in-finally
    finally:

        def last():
            return stack.last

        stack.on_exit(last)
