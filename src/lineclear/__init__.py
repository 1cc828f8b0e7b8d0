"""Lineclear: one verdict, with provenance, for a change that nobody reads line by line."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("lineclear")
