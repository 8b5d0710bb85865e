"""Which modules are the project's own: their source is hashed by the command, line by line."""

from __future__ import annotations

import os
import sys


class OwnModules:
    """The modules whose files lie in the document's folder or among the extracted code."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        """`folders` are absolute."""
        self._folders = tuple(os.path.join(folder, "") for folder in folders if folder)  # noqa: PTH118
        self._known: dict[str, bool] = {}

    def holds(self, name: str) -> bool:
        """Whether `name` is loaded and one of them."""
        known = self._known.get(name)
        if known is None:
            file = getattr(sys.modules.get(name), "__file__", None)
            if name not in sys.modules:
                return False
            known = self._known[name] = bool(file) and self._inside(str(file))
        return known

    def _inside(self, file: str) -> bool:
        return file.startswith(self._folders) and "site-packages" not in file
