"""The ledger: what was believed and when, so that nobody can remember it differently.

JSON Lines, one file per writer, only ever appended to. Every line holds the hash of the line before and its own, so an
edited, removed or inserted line is found. A last line that was torn by a crash is tolerated: it never was an entry.
The clock is the caller's: times come in as ISO 8601 text.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from kindergrad.core.errors import InputError, StoreError
from kindergrad.core.records import Contract, Finite

LEDGER_VERSION = 1
FIRST = "0" * 32
"""What stands in the place of the hash before the first entry."""

Kind = Literal["forecast", "belief", "resolution", "note"]


class Entry(Contract):
    """One line of a ledger."""

    version: int = LEDGER_VERSION
    number: int = Field(ge=0)
    time: str
    kind: Kind
    body: dict[str, Any]
    before: str
    """Hash of the entry before."""
    hash: str

    @property
    def sound(self) -> bool:
        return self.hash == digest(self.model_dump(mode="json", exclude={"hash"}))


class Ledger(NamedTuple):
    """Entries of a file in order, and the torn last line, if there is one."""

    entries: tuple[Entry, ...]
    torn: bytes = b""

    @property
    def head(self) -> str:
        return self.entries[-1].hash if self.entries else FIRST


class Moved(Contract):
    """A belief as it is written down: what moved it, by how much, and on which data it rests."""

    goal: str
    belief: Finite
    stderr: Finite
    bits: Finite
    data_hash: str
    n_records: int
    moved_by: tuple[str, ...] = ()
    """Record ids that were new since the belief before."""


def digest(body: Mapping[str, Any]) -> str:
    """Hash of a JSON object, the same on every machine: sorted keys, no spaces, UTF-8."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()


def data_hash(ids: Iterable[str]) -> str:
    """Hash of the set of results that something rests on; their order does not count."""
    return digest({"results": sorted(set(ids))})


def read(path: Path) -> Ledger:
    """All entries of a ledger, verified. A file that does not exist is an empty ledger.

    Raises
    ------
    StoreError
        Where a line other than a torn last one cannot be read, was edited, or does not follow the line before.
    """
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise StoreError(f"cannot read the ledger {path}: {error.strerror or error}") from None
    lines = content.split(b"\n")
    torn = lines.pop()  # empty where the last line is complete; a tear may go through the middle of a letter
    entries: list[Entry] = []
    for number, line in enumerate(lines):
        entries.append(_entry(path, number, line, entries[-1].hash if entries else FIRST))
    return Ledger(tuple(entries), torn)


def append(path: Path, kind: Kind, body: Mapping[str, Any], *, time: str) -> Entry:
    """Write one more entry and return it; the entries before are verified first.

    A torn last line is cut off before: it is not an entry, and the next one must not be glued to it.

    Raises
    ------
    StoreError
        If the ledger is broken or cannot be written.
    InputError
        If the body holds something that JSON cannot hold, such as NaN.
    """
    ledger = read(path)
    fields = {"version": LEDGER_VERSION, "number": len(ledger.entries), "time": time, "kind": kind,
              "body": dict(body), "before": ledger.head}
    try:
        entry = Entry.model_validate({**fields, "hash": digest(fields)})
        line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise InputError(f"this cannot stand in a ledger: {' '.join(str(error).split())}") from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            if ledger.torn:
                file.truncate(path.stat().st_size - len(ledger.torn))
            file.write(line.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"cannot write the ledger {path}: {error.strerror or error}") from None
    return entry


def _entry(path: Path, number: int, line: bytes, before: str) -> Entry:
    where = f"ledger {path}, line {number + 1}"
    try:
        entry = Entry.model_validate_json(line)
    except ValidationError as error:
        raise StoreError(f"{where} is not an entry: {error.errors()[0]['msg']}; expected one JSON object per line; "
                         "restore the file from a copy, or start a new ledger beside it") from None
    if not entry.sound:
        raise StoreError(f"{where} was edited after it was written: its hash does not fit its text")
    if entry.before != before or entry.number != number:
        raise StoreError(f"{where} does not follow the line before it; got number {entry.number}, expected {number}; "
                         "a line was removed, inserted or moved")
    return entry
