import tempfile
from tempfile import mktemp


def guessable() -> tuple[str, str]:
    # ruleid: temporary-name-guessable
    first = tempfile.mktemp(suffix=".json")
    # ruleid: temporary-name-guessable
    second = mktemp()
    return first, second


def created(archive) -> None:
    # ok: temporary-name-guessable
    descriptor, name = tempfile.mkstemp()
    # ok: temporary-name-guessable
    folder = tempfile.mkdtemp()
    # ok: temporary-name-guessable
    with tempfile.TemporaryDirectory() as place:
        # ok: temporary-name-guessable
        archive.mktemp(place)
