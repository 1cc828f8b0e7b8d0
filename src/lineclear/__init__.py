"""Lineclear: one verdict, with provenance, for a change that nobody reads line by line."""

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # only now: help and usage need none, and it takes a while

    return version("lineclear")
