"""The laws that lie in ``stats/laws``: one file, one law, found by scanning the folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from kindergrad.core.discover import built_in
from kindergrad.core.errors import UnknownNameError
from kindergrad.stats.laws._law import Law


@cache
def catalogue() -> dict[str, Law]:
    """Every law by name."""
    found = (getattr(module, "LAW", None) for module in built_in("kindergrad.stats.laws"))
    return {law.name: law for law in found if isinstance(law, Law)}


def laws(names: Sequence[str | Law]) -> list[Law]:
    """The laws of these names; a law that is given as such is taken as it is.

    Raises
    ------
    UnknownNameError
        For a name that no file in the folder has.
    """
    known = catalogue()
    for name in names:
        if isinstance(name, str) and name not in known:
            raise UnknownNameError("law", name, known)
    return [known[name] if isinstance(name, str) else name for name in names]
