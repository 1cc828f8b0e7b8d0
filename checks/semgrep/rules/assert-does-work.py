import os
import subprocess


def careless(stream, stack, path) -> None:
    # ruleid: assert-does-work
    assert stream.read(4) == b"PACK"
    # ruleid: assert-does-work
    assert stack.pop() is None, "one too many"
    # ruleid: assert-does-work
    assert subprocess.run(["make"], check=False).returncode == 0
    # ruleid: assert-does-work
    assert not os.system("make install")


def careful(stream, stack, path, reader) -> None:
    magic = stream.read(4)
    # ok: assert-does-work
    assert magic == b"PACK"
    # ok: assert-does-work
    assert stack and stack[-1] is None
    # ok: assert-does-work
    assert path.exists()
    # ok: assert-does-work
    assert reader.reading(), "nobody reads"
