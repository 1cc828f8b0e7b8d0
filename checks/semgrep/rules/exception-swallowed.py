"""Samples; a text is no code:

try:
    work()
# ok: exception-swallowed
except Exception:
    pass
"""
import contextlib
import logging


def thrown_away(work, tidy):
    try:
        work()
    # ruleid: exception-swallowed
    except Exception:
        pass
    try:
        work()
    except KeyError:
        tidy()
    # ruleid: exception-swallowed
    except Exception as error:
        # nothing to be done
        pass
    finally:
        tidy()
    try:
        work()
    # ruleid: exception-swallowed
    except:
        ...
    try:
        work()
    # ruleid: exception-swallowed
    except (ValueError, Exception): pass
    # ruleid: exception-swallowed
    with contextlib.suppress(Exception):
        work()


class Handle:
    def __del__(self):
        try:
            self.close()
        # ok: exception-swallowed
        except Exception:
            pass


def dealt_with(work, path, RequestException):
    try:
        work()
    # ok: exception-swallowed
    except Exception:
        # a failure is nothing to pass
        logging.exception("the work failed")
    try:
        work()
    # ok: exception-swallowed
    except RequestException:
        pass
    try:
        path.unlink()
    # ok: exception-swallowed
    except FileNotFoundError:
        pass
    try:
        path.close()
    # ok: exception-swallowed
    except Exception:
        pass
    try:
        version = work()
    # ok: exception-swallowed
    except Exception:
        pass
    else:
        logging.info("version %s", version)
    # ok: exception-swallowed
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
