"""Doctor: is the installation whole, and are the records of a run folder what they claim to be?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kindergrad.core import extras
from kindergrad.core.errors import StoreError
from kindergrad.exams.store import LEDGER, Store
from kindergrad.progress import ledger


def check(source: Path | None = None) -> list[dict[str, Any]]:
    """Findings as rows of what, ok and detail, on a run folder or a ledger; a missing extra is no failure."""
    out: list[dict[str, Any]] = [_row("python", sys.version_info >= (3, 11), sys.version.split()[0])]
    for extra in extras.EXTRAS:
        told = "installed" if extras.installed(extra) else f"not installed: pip install 'kindergrad[{extra}]'"
        out.append(_row(f"extra '{extra}'", True, told))
    if source is not None and source.is_file():
        out.append(_ledger(source))
    elif source is not None:
        out += _records(Store.open(source))
        out.append(_ledger(source / LEDGER))
    return out


def _records(store: Store) -> list[dict[str, Any]]:
    whole, broken = 0, []
    for path in store.paths():
        try:
            record = store.read(path)
            whole += record.record_id == path.parent.name
            if record.record_id != path.parent.name:
                broken.append(f"{path} holds record {record.record_id}")
        except StoreError as error:
            broken.append(str(error))
    planned = store.read_json("plan.json")
    out = [_row("records", not broken, "; ".join(broken[:3]) or f"{whole:,} whole")]
    out.append(_row("left by killed writers", True, f"{len(store.torn())} unfinished (harmless)"))
    if planned:
        done = sum(map(store.has, planned["records"]))
        out.append(_row("plan", True, f"{done:,} of {len(planned['records']):,} exams done"))
    return out


def _ledger(path: Path) -> dict[str, Any]:
    """Is the chain of registered beliefs and forecasts whole?"""
    try:
        found = ledger.read(path)
    except StoreError as error:
        return _row("ledger", False, str(error))
    torn = "; its last line is torn and does not count" if found.torn else ""
    return _row("ledger", True, f"{len(found.entries):,} entries, each follows the one before{torn}")


def _row(what: str, ok: bool, detail: str) -> dict[str, Any]:
    return {"what": what, "ok": bool(ok), "detail": detail}
