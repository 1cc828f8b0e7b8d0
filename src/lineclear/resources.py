"""Finds the data that comes with Lineclear: the check definitions and the shipped contracts."""

from __future__ import annotations

from pathlib import Path

from lineclear.errors import EngineError

__all__ = ["checks_folder", "contracts_folder"]


def checks_folder() -> Path:
    """Return the folder of the check definitions. Raises :class:`EngineError` when it is missing."""
    return _folder("checks", marker="*.toml")


def contracts_folder() -> Path:
    """Return the folder of the shipped contracts. Raises :class:`EngineError` when it is missing."""
    return _folder("contracts", marker="*.yaml")


def _folder(name: str, *, marker: str) -> Path:
    """Look in the installed package first, then beside ``src`` in a checkout; never in the current folder."""
    package = Path(__file__).resolve().parent
    places = [package / "_bundled" / name]
    if package.parent.name == "src":
        places.append(package.parent.parent / name)
    for place in places:
        if any(place.glob(marker)):
            return place
    raise EngineError(
        f"Lineclear's own folder {name!r} is missing or empty",
        where="the installation of Lineclear",
        todo="install it again; in a checkout, restore the folder beside src",
    )
