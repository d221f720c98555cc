"""One file of labelled rows as columns: CSV, TSV, BED, FASTA or plain lines, gz or not."""

from __future__ import annotations

import gzip
import io
import itertools
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError, SequenceError, TableError

PARTS = {"train": "train", "training": "train", "trn": "train", "test": "test", "testing": "test", "tst": "test",
         "dev": "dev", "valid": "dev", "val": "dev", "validation": "dev", "eval": "dev"}
"""Words that name a part of a published split."""
_ENDINGS = {".csv": "table", ".tsv": "table", ".tab": "table", ".bed": "bed", ".fa": "fasta", ".fasta": "fasta",
            ".fna": "fasta", ".ffn": "fasta", ".txt": "lines"}
_ALIASES = {
    "sequence": ("sequence", "seq", "dna", "dna_sequence"),
    "label": ("label", "class", "target", "category", "y", "labels"),
    "chrom": ("chrom", "chr", "chromosome", "region", "seqname", "seqid", "contig"),
    "start": ("start", "chromstart", "begin", "chrom_start"),
    "end": ("end", "stop", "chromend", "chrom_end"),
    "part": ("split", "set", "partition", "part", "subset"),
}
_MOST_NAMES = 20
_FOREIGN = np.ones(256, dtype=bool)
_FOREIGN[list(b"ACGTNRYSWKMBDHVacgtnryswkmbdhv")] = False
_PLACE = re.compile(r"^(?:.*::)?([^:\s]+):([\d,]+)-([\d,]+)(?:\([+-.]\))?$")


class Columns(NamedTuple):
    """Columns that the user names; None is found by its usual names."""

    sequence: str | None = None
    label: str | None = None


ANY = Columns()


@dataclass
class Table:
    """Columns of a file; a column that is not there is None. ``rows`` counts from 1, without the header."""

    path: Path
    kind: str
    rows: list[int]
    labels: list[str] | None = None
    sequences: list[str] | None = None
    chrom: list[str] | None = None
    start: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    end: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    parts: list[str] | None = None
    header: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        return len(self.rows)


def _bare(path: Path) -> Path:
    return path.with_suffix("") if path.suffix in (".gz", ".bgz") else path


def known(path: Path) -> bool:
    """Whether the ending is one of those that are read; README.txt is not data."""
    return _bare(path).suffix.lower() in _ENDINGS and not path.name.lower().startswith("readme")


def stem(path: Path) -> str:
    """Name without its endings: ``negative.csv.gz`` -> ``negative``."""
    return _bare(path).stem


def hint(table: Table) -> str:
    """What would have named the classes of a file."""
    if table.kind == "table":
        return (f"its columns are {', '.join(table.header[:8])}; expected a column 'label' (or name one with --label)")
    if table.kind == "bed":
        return f"expected 2 to {_MOST_NAMES} different names in column 4"
    if table.kind == "fasta":
        return "expected headers such as '>name label=1' or '>name|1'"
    return "expected a CSV with columns sequence and label"


def read(path: Path, columns: Columns = ANY) -> Table:
    """Read one file.

    Raises
    ------
    InputError, TableError, SequenceError
        One line with file, row and column of what cannot be used, and what to do.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist; expected a CSV, TSV, BED or FASTA file, gz or not, or a folder; "
                         "check the path")
    kind = _ENDINGS.get(_bare(path).suffix.lower())
    if kind is None:
        raise InputError(f"{path} is of an unknown kind; expected a name that ends in {', '.join(_ENDINGS)}, with or "
                         "without .gz; rename or convert it")
    text = _text(path)
    if kind == "lines" and text.lstrip().startswith(">"):
        kind = "fasta"
    elif kind == "lines" and re.search(r"[,\t;]", text.split("\n", 1)[0]):
        kind = "table"
    makers = {"table": _table, "bed": _bed, "fasta": _fasta, "lines": _lines}
    found = makers[kind](path, text, columns)
    if not found.n:
        raise TableError(f"{path} holds no rows; expected one row per sequence or interval")
    if found.sequences is not None:
        _check_letters(found)
    if found.chrom is not None:
        _check_places(found)
    if found.labels is not None and (empty := next((i for i, v in enumerate(found.labels) if not v), None)) is not None:
        raise TableError(f"{path}, row {found.rows[empty]}: the label is empty; expected a class; fill it or drop the "
                         "row")
    return found


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw.startswith(b"\x1f\x8b"):
            raw = gzip.decompress(raw)
        elif path.suffix in (".gz", ".bgz") and raw.strip():
            raise InputError(f"{path} is named {path.suffix} but is not gzip; rename it, or compress it with gzip")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a broken gzip file ({error}); copy or download it again") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; check its permissions") from None
    if not raw.strip():
        raise InputError(f"{path} is empty; expected rows with a sequence or an interval")
    if b"\0" in raw:
        raise InputError(f"{path} is a binary file; expected plain or gzip text (CSV, TSV, BED or FASTA)")
    text = raw.decode("utf-8-sig", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _table(path: Path, text: str, columns: Columns) -> Table:
    import pyarrow as pa
    import pyarrow.csv

    head = text.split("\n", 1)[0]
    mark = max(",\t;", key=head.count)
    try:
        data = pyarrow.csv.read_csv(
            io.BytesIO(text.encode()), parse_options=pyarrow.csv.ParseOptions(delimiter=mark),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=1 << 26),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(_names(head, mark), pa.string()),
                                                       strings_can_be_null=False))
    except pa.ArrowInvalid as error:
        said = " ".join(str(error).split())[:160]
        raise TableError(f"{path} cannot be read as a table: {said}; expected the same number of columns in every row, "
                         "after a header") from None
    header = tuple(data.column_names)
    where = {role: _find(path, header, role, getattr(columns, role, None)) for role in _ALIASES}
    found = Table(path, "table", list(range(1, data.num_rows + 1)), header=header)

    def column(role: str) -> list[str] | None:
        return None if where[role] is None else [str(v).strip() for v in data[where[role]].to_pylist()]

    found.labels, found.sequences = column("label"), column("sequence")
    if all(where[role] is not None for role in ("chrom", "start", "end")):
        found.chrom = column("chrom")
        found.start, found.end = (_whole(found, column(role) or [], str(where[role])) for role in ("start", "end"))
    if found.sequences is None and found.chrom is None:
        raise TableError(f"{path} has neither a column 'sequence' nor columns chrom, start, end; got "
                         f"{', '.join(header[:8])}; add a header, or name the column with --sequence")
    parts = column("part")
    if parts and all(value.lower() in PARTS for value in parts):
        found.parts = [PARTS[value.lower()] for value in parts]
    return found


def _names(head: str, mark: str) -> list[str]:
    return [name.strip().strip('"') for name in head.split(mark)]


def _find(path: Path, header: tuple[str, ...], role: str, asked: str | None) -> str | None:
    """The column of a role: the one that the user names, or the first with a usual name."""
    if asked is not None:
        if asked in header:
            return asked
        raise TableError(f"{path}: column '{asked}' is missing; got {', '.join(header[:8])}; name one of these")
    low = {name.lower().strip().lstrip("#"): name for name in reversed(header)}
    return next((low[alias] for alias in _ALIASES[role] if alias in low), None)


def _whole(table: Table, values: list[str], name: str) -> NDArray[np.int64]:
    try:
        return np.array(values, dtype=np.int64) if values else np.zeros(0, np.int64)
    except (ValueError, OverflowError):
        for row, value in zip(table.rows, values, strict=True):
            if not re.fullmatch(r"-?\d{1,18}", value):
                raise TableError(f"{table.path}, row {row}, column '{name}': got {value!r}; expected a whole number "
                                 "(0-based, half open); correct or drop the row") from None
        raise


def _bed(path: Path, text: str, columns: Columns) -> Table:
    rows, cells = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith(("#", "track", "browser")):
            continue
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) < 3:
            raise TableError(f"{path}, row {number}: got {len(fields)} columns; expected at least 3 (chrom, start, "
                             "end), separated by tabs; correct or drop the row")
        rows.append(number)
        cells.append(fields)
    found = Table(path, "bed", rows, chrom=[f[0].strip() for f in cells])
    found.start = _whole(found, [f[1].strip() for f in cells], "start")
    found.end = _whole(found, [f[2].strip() for f in cells], "end")
    names = [f[3].strip() if len(f) > 3 else "" for f in cells]
    if 2 <= len(set(names)) <= min(_MOST_NAMES, len(names) // 5):
        found.labels = names
    return found


def _fasta(path: Path, text: str, columns: Columns) -> Table:
    from Bio.SeqIO.FastaIO import SimpleFastaParser

    if not text.lstrip().startswith(">"):
        raise SequenceError(f"{path} has no FASTA header; it begins with {text.split()[0][:30]!r}; expected a line "
                            "'>name' before the sequence")
    parse: Any = SimpleFastaParser  # Biopython has no annotations
    records = [(title, "".join(letters.split())) for title, letters in parse(io.StringIO(text.lstrip()))]
    found = Table(path, "fasta", list(range(1, len(records) + 1)), sequences=[letters for _, letters in records])
    titles = [title for title, _ in records]
    named = [re.search(r"(?:^|[\s|;])(?:label|class)[=:]([^\s|;]+)", title) for title in titles]
    bars = [title.split()[0].split("|") if title.split() else [] for title in titles]
    if all(named):
        found.labels = [match[1] for match in named if match]
    elif all(2 <= len(b) <= 3 for b in bars) and 2 <= len({b[1] for b in bars}) <= min(_MOST_NAMES, len(bars) // 5):
        found.labels = [b[1] for b in bars]
        if all(len(b) == 3 and b[2].lower() in PARTS for b in bars):
            found.parts = [PARTS[b[2].lower()] for b in bars]
    places = [_PLACE.match(title.split()[0]) if title.split() else None for title in titles]
    if all(places):
        found.chrom = [match[1] for match in places if match]
        found.start, found.end = (np.array([int(m[k].replace(",", "")) for m in places if m]) for k in (2, 3))
    return found


def _lines(path: Path, text: str, columns: Columns) -> Table:
    """One sequence a line, nothing else."""
    kept = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    return Table(path, "lines", [number for number, _ in kept], sequences=[line for _, line in kept])


def _check_letters(table: Table) -> None:
    """Refuse what is no DNA, with row, column and position; join k-mer tokens; say what was lower case or unknown."""
    sequences = table.sequences or []
    if any(" " in text for text in sequences[:1]):
        sequences = table.sequences = [_joined(table, i, text) for i, text in enumerate(sequences)]
        table.notes.append("sequences came as k-mer tokens and were joined")
    if (empty := next((i for i, text in enumerate(sequences) if not text), None)) is not None:
        raise SequenceError(f"{table.path}, row {table.rows[empty]}: the sequence is empty; expected letters A, C, G, "
                            "T; fill it or drop the row")
    raw = np.frombuffer("".join(sequences).encode("latin-1", "replace"), dtype=np.uint8)
    if _FOREIGN[raw].any():
        _refuse(table, int(np.argmax(_FOREIGN[raw])), int(_FOREIGN[raw].sum()))
    counts = np.bincount(raw, minlength=128)
    lower, plain = int(counts[97:123].sum()), int(counts[list(b"ACGTacgt")].sum())
    if lower:
        table.notes.append(f"{lower:,} of {len(raw):,} letters are lower case and read as upper case")
    if plain < len(raw):
        table.notes.append(f"{len(raw) - plain:,} of {len(raw):,} letters are N or IUPAC codes; words with them are "
                           "left out")


def _refuse(table: Table, at: int, count: int) -> NoReturn:
    for row, text in zip(table.rows, table.sequences or [], strict=True):
        if at < len(text):
            letter = text[at]
            advice = "expected DNA; convert U to T" if letter in "Uu" else \
                "gaps mean an alignment; remove them" if letter in "-." else \
                "expected A, C, G, T, N or IUPAC codes; correct or drop the row"
            raise SequenceError(f"{table.path}, row {row}, column 'sequence', position {at + 1:,}: unknown letter "
                                f"{letter!r} ({count:,} such letters in all); {advice}")
        at -= len(text)
    raise SequenceError(f"{table.path}: unknown letters; expected A, C, G, T, N or IUPAC codes")


def _joined(table: Table, i: int, text: str) -> str:
    """Letters of overlapping k-mer tokens (``ACG CGT GTT``)."""
    tokens = text.split()
    if any(a[1:] != b[:-1] for a, b in itertools.pairwise(tokens)):
        raise SequenceError(f"{table.path}, row {table.rows[i]}, column 'sequence': blanks between letters; expected "
                            "plain letters, or k-mer tokens that overlap by all but one letter; join them")
    return tokens[0] + "".join(token[-1] for token in tokens[1:])


def _check_places(table: Table) -> None:
    bad = np.flatnonzero((table.start < 0) | (table.end <= table.start))
    if len(bad):
        i = int(bad[0])
        raise TableError(f"{table.path}, row {table.rows[i]}: interval {table.start[i]:,} to {table.end[i]:,} "
                         f"({len(bad):,} such rows); expected 0 <= start < end (0-based, half open); swap or drop them")
    if empty := [i for i, name in enumerate(table.chrom or []) if not name][:1]:
        raise TableError(f"{table.path}, row {table.rows[empty[0]]}: the chromosome is empty; fill it or drop the row")
