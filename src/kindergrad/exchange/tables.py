"""Long tables as CSV (gz too) and Parquet, in and out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kindergrad.core import table
from kindergrad.core.errors import InputError, StoreError, TableError
from kindergrad.core.table import Row

_FORMATS = (".csv", ".csv.gz", ".parquet")


def read(path: Path | str) -> list[Row]:
    """Rows of a table file.

    Raises
    ------
    InputError
        If the file is missing or of another kind.
    TableError
        Naming row and column of the first value that cannot be used.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"no table at '{path}'; expected a file that ends in {', '.join(_FORMATS)}, or a run folder")
    try:
        return table.rows(_load(path).to_pylist(), where=str(path))
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise TableError(f"{path} cannot be read as a table: {' '.join(str(error).split())}") from None


def write(rows: Sequence[dict[str, Any]], path: Path) -> Path:
    """Write rows whole or not at all; the ending of the name decides the format.

    Raises
    ------
    InputError
        For another ending.
    StoreError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    if not path.name.endswith((".csv", ".parquet")):
        raise InputError(f"cannot write a table to '{path}': expected a name that ends in .csv or .parquet")
    data = pa.Table.from_pylist(list(rows))
    with _replacing(path) as temporary:
        if path.suffix == ".csv":
            pyarrow.csv.write_csv(data, temporary)
        else:
            pyarrow.parquet.write_table(data, temporary)
    return path


def write_text(text: str, path: Path) -> Path:
    """Write a text file whole or not at all; a StoreError where it cannot be written."""
    with _replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A place beside ``path`` that takes its name when all went well."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):  # there is nothing to remove where the folder could not be made
            temporary.unlink(missing_ok=True)
        raise StoreError(f"cannot write {path}: {error.strerror or error}; choose another place") from None


def _load(path: Path) -> Any:
    import pyarrow.csv
    import pyarrow.parquet

    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path)
    if path.name.endswith((".csv", ".csv.gz")):
        texts = {name: pyarrow.string() for name, field in Row.model_fields.items() if field.annotation is str}
        return pyarrow.csv.read_csv(path, convert_options=pyarrow.csv.ConvertOptions(column_types=texts))
    raise InputError(f"'{path}' is not a table; expected a name that ends in {', '.join(_FORMATS)}")
