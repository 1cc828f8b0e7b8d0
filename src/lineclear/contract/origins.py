"""Where each value of a merged contract was stated: noted layer by layer, as merging takes and drops them.

Paths are those of a contract file, except that invariants, budgets and waivers are named: ``("invariants", id)``,
``("budgets", id)``, ``("waivers", number)`` and ``("quarantine", number)``, the number counting those of all layers.
"""

from __future__ import annotations

from lineclear.contract.document import Path
from lineclear.contract.inherit import Layer
from lineclear.model.base import Model
from lineclear.model.contract import CheckEntry, ContractFile

__all__ = ["Origins"]

_ENFORCEMENT = ("enforcement", "enforceFrom")


class Origins:
    """Places (``uri:line:column``) by path. Call :meth:`note` for each layer, ancestors first."""

    def __init__(self) -> None:
        self.places: dict[Path, str] = {}
        self._counts = {"waivers": 0, "quarantine": 0}

    def note(self, layer: Layer) -> None:
        """Note what a layer states: it replaces what was stated before, in the way that merging does."""
        self._note_enforcement(layer, (), layer.file)
        for key in _stated(layer.file.project) if layer.file.project is not None else ():
            self._state(layer, ("project", key))
        for name, entry in layer.file.checks.items():
            if entry is False:
                self._drop(("checks", name))
            else:
                self._note_check(layer, name, entry or CheckEntry())
        for index, invariant in enumerate(layer.file.invariants):
            self.places[("invariants", invariant.id)] = _place(layer, ("invariants", index))
        for index, budget in enumerate(layer.file.budgets):
            self.places[("budgets", budget.id)] = _place(layer, ("budgets", index))
        for name in ("waivers", "quarantine"):
            for index, _ in enumerate(getattr(layer.file, name)):
                self.places[(name, self._counts[name])] = _place(layer, (name, index))
                self._counts[name] += 1

    def _note_check(self, layer: Layer, name: str, entry: CheckEntry) -> None:
        path: Path = ("checks", name)
        self.places.setdefault(path, _place(layer, path))
        self._note_enforcement(layer, path, entry)
        for key in _stated(entry) - {"with", *_ENFORCEMENT}:
            if key != "use" or entry.use:
                self._state(layer, (*path, key))
        for key in entry.with_:
            self._state(layer, (*path, "with", key))

    def _note_enforcement(self, layer: Layer, path: Path, part: ContractFile | CheckEntry) -> None:
        """The two keys are one thing: whoever states either states both."""
        stated = [key for key in _ENFORCEMENT if key in _stated(part)]
        for key in _ENFORCEMENT if stated else ():
            self.places.pop((*path, key), None)
        for key in stated:
            self._state(layer, (*path, key))

    def _state(self, layer: Layer, path: Path) -> None:
        """Note a value; null is none, so that what was stated before holds no longer either."""
        if layer.document.value(path) is None:
            self.places.pop(path, None)
        else:
            self.places[path] = _place(layer, path)

    def _drop(self, above: Path) -> None:
        for path in [path for path in self.places if path[: len(above)] == above]:
            del self.places[path]


def _stated(model: Model) -> set[str]:
    """Return the keys that a part of a file has, as they are written there."""
    return {type(model).model_fields[name].alias or name for name in model.model_fields_set}


def _place(layer: Layer, path: Path) -> str:
    document = layer.document
    return f"{document.uri}:{document.keys.get(path) or document.values[path]}"
