"""Where each value of a merged contract was stated: noted layer by layer, as merging takes and drops them.

Paths are those of a contract file, except that invariants, budgets and waivers are named: ``("invariants", id)``,
``("budgets", id)``, ``("waivers", number)``, the number counting all layers' waivers in their order.
"""

from __future__ import annotations

from lineclear.contract.document import Path
from lineclear.contract.inherit import Layer
from lineclear.model.base import Model
from lineclear.model.contract import CheckEntry

__all__ = ["Origins"]


class Origins:
    """Places (``uri:line:column``) by path. Call :meth:`note` for each layer, ancestors first."""

    def __init__(self) -> None:
        self.places: dict[Path, str] = {}
        self._waivers = 0

    def note(self, layer: Layer) -> None:
        """Note what a layer states: it replaces what was stated before, in the way that merging does."""
        if layer.file.enforcement is not None:
            self._state(layer, ("enforcement",))
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
        for index, _ in enumerate(layer.file.waivers):
            self.places[("waivers", self._waivers)] = _place(layer, ("waivers", index))
            self._waivers += 1

    def _note_check(self, layer: Layer, name: str, entry: CheckEntry) -> None:
        path: Path = ("checks", name)
        self.places.setdefault(path, _place(layer, path))
        for key in _stated(entry) - {"with"}:
            if key != "use" or entry.use:
                self._state(layer, (*path, key))
        for key in entry.with_:
            self._state(layer, (*path, "with", key))

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
