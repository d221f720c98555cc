"""Records on disk: written once, whole or not at all, never edited."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from kindergrad.core.errors import InputError, StoreError
from kindergrad.core.records import Record

LEDGER = "ledger.jsonl"
"""File of a run folder that holds its beliefs and forecasts, hash chained."""
_OLD = 600.0  # seconds after which an unfinished write is given up


class Store:
    """A run folder.

    ``records/<aa>/<record_id>/{record.json, items.parquet}`` is the truth; ``study.json`` is the study that made
    it; ``cache/`` and ``last_run.json`` can be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"

    @classmethod
    def create(cls, folder: Path | str) -> Store:
        """Make the folder, or fail with one clear line where it cannot be written."""
        folder = Path(folder)
        store = cls(folder)
        try:
            (folder / "records").mkdir(parents=True, exist_ok=True)
            store.cache.mkdir(exist_ok=True)
            probe = folder / f".write-{uuid.uuid4().hex}"
            probe.write_bytes(b"\0" * 4096)
            probe.unlink()
        except OSError as error:
            raise StoreError(f"cannot write to {folder}: {error.strerror or error}; choose another folder with --out"
                             ) from None
        return store

    @classmethod
    def open(cls, folder: Path | str) -> Store:
        """An existing run folder.

        Raises
        ------
        InputError
            If the folder holds no records; the message names the nearest folder that does.
        """
        folder = Path(folder)
        if not (folder / "records").is_dir():
            parent = folder.parent if folder.parent.is_dir() else Path()
            others = [p.name for p in sorted(parent.iterdir()) if (p / "records").is_dir()]
            import difflib

            near = difflib.get_close_matches(folder.name, others, n=1, cutoff=0.0)
            hint = f"did you mean '{parent / near[0]}'?" if near else "make one with 'kindergrad run --out FOLDER'"
            raise InputError(f"no run folder at '{folder}'; {hint}")
        return cls(folder)

    def place(self, record_id: str) -> Path:
        return self.folder / "records" / record_id[:2] / record_id

    def has(self, record_id: str) -> bool:
        return (self.place(record_id) / "record.json").is_file()

    def write(self, record: Record, items: Mapping[str, NDArray[Any]]) -> None:
        """Write a record and its items: temporary folder, fsync, rename. An existing record is kept."""
        final = self.place(record.record_id)
        if self.has(record.record_id):
            return
        temporary = final.with_name(f".{record.record_id}-{uuid.uuid4().hex[:8]}")
        try:
            temporary.mkdir(parents=True)
            if items:
                import pyarrow as pa
                import pyarrow.parquet as pq

                pq.write_table(pa.table({name: pa.array(column) for name, column in items.items()}),
                               temporary / "items.parquet", compression="zstd")
                _sync(temporary / "items.parquet")
            (temporary / "record.json").write_text(record.model_dump_json(), encoding="utf-8")
            _sync(temporary / "record.json")
            temporary.rename(final)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if not self.has(record.record_id):  # another worker may have been faster
                raise StoreError(f"cannot write record {record.record_id} to {self.folder}: "
                                 f"{error.strerror or error}; free space and run the same command again") from None

    def records(self) -> Iterator[Record]:
        """All records, in order of id."""
        yield from map(self.read, self.paths())

    @staticmethod
    def read(path: Path) -> Record:
        """One record; a StoreError names the file where it cannot be read."""
        try:
            return Record.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot read record {path}: {str(error).splitlines()[0]}; delete its folder and run "
                             "the same command again") from None

    def clean(self) -> int:
        """Remove what killed writers left behind, once it is too old to be a write in progress; returns how many."""
        torn = [p for p in self.torn() if time.time() - p.stat().st_mtime > _OLD]
        for path in torn:
            shutil.rmtree(path, ignore_errors=True)
        return len(torn)

    def torn(self) -> list[Path]:
        """Folders of writes that did not end (yet)."""
        return [p for p in (self.folder / "records").glob("*/.*") if p.is_dir()]

    def paths(self) -> list[Path]:
        """The file of every finished record, in order of id."""
        found = (self.folder / "records").glob("*/*/record.json")
        return sorted(path for path in found if not path.parent.name.startswith("."))

    def write_json(self, name: str, body: Any) -> None:
        """Write a small file beside the records, whole or not at all."""
        temporary = self.folder / f".{name}-{uuid.uuid4().hex[:8]}"
        try:
            temporary.write_text(json.dumps(body, indent=1), encoding="utf-8")
            temporary.replace(self.folder / name)
        except OSError as error:
            raise StoreError(f"cannot write {self.folder / name}: {error.strerror or error}") from None

    def read_json(self, name: str) -> Any:
        """A file written by :meth:`write_json`, or None."""
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None


def _sync(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
