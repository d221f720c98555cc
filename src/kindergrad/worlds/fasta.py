"""Read a real genome: FASTA or GenBank, plain or gzip.

Lower case and Windows line ends are fine. Runs of N and IUPAC ambiguity codes split the genome into pieces of plain
A, C, G, T; how many there were is said in the notes. Everything that cannot be used is one :class:`SequenceError` that
names the file, the record, the position and what to do.

The records lie in one array of codes, kept apart by one code 255, so that no window ever runs from one record into the
next. Positions in that array are called *joined*; :meth:`Assembly.where` turns them back.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import decode
from kindergrad.core.errors import SequenceError

MIN_BASES = 2_000
"""Twice the smallest rung of the data ladder (1,000 bases)."""
BREAK = 255
"""Code of everything that is not A, C, G or T, and of the gap between two records."""

_PLAIN, _N, _AMBIGUOUS, _U, _GAP, _FOREIGN = range(6)
_KIND = np.full(256, _FOREIGN, dtype=np.uint8)
for _letters, _kind in (("ACGT", _PLAIN), ("N", _N), ("RYSWKMBDHV", _AMBIGUOUS), ("U", _U), ("-.", _GAP)):
    _KIND[list((_letters + _letters.lower()).encode())] = _kind
_CODES = np.full(256, BREAK, dtype=np.uint8)
_CODES[list(b"ACGTacgt")] = [0, 1, 2, 3] * 2
_PACKED = {b"BZh": "bzip2", b"PK\x03\x04": "zip", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True)
class Assembly:
    """The records of a genome in one array.

    Attributes
    ----------
    names : record names, in the order of the file.
    codes : shape (bases + records - 1,), 0..3 for A, C, G, T and 255 for everything else.
    offsets, lengths : shape (records,), joined position of the first base of a record, and its length in bases.
    notes : what a reader should know (splits, lower case, empty records).
    digest : hash of names and bases; soft-masking and line ends do not change it.
    """

    names: tuple[str, ...]
    codes: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    notes: tuple[str, ...]
    digest: str

    def where(self, position: int) -> tuple[str, int]:
        """Record and position in it (from 0) of a joined position."""
        record = int(np.searchsorted(self.offsets, position, side="right")) - 1
        return self.names[record], position - int(self.offsets[record])

    def runs(self, start: int, end: int, *, shortest: int = 1) -> NDArray[np.int64]:
        """Maximal stretches of A, C, G, T in [start, end), shape (runs, 2), joined and half open."""
        plain = np.concatenate([[False], self.codes[start:end] != BREAK, [False]])
        edges = (np.flatnonzero(plain[1:] != plain[:-1]) + start).reshape(-1, 2)
        return edges[edges[:, 1] - edges[:, 0] >= shortest]

    def text(self, start: int, end: int) -> str:
        """Letters of a joined stretch that holds only A, C, G, T."""
        return decode(self.codes[start:end])

    @property
    def bases(self) -> int:
        """Usable bases: A, C, G, T."""
        return int(np.count_nonzero(self.codes != BREAK))


def read(path: Path | str) -> Assembly:
    """Read a genome.

    Raises
    ------
    SequenceError
        If the file cannot be read, is not FASTA or GenBank, holds other letters than nucleotides, repeats a record
        name, or has fewer than 2,000 usable bases.
    """
    path = Path(path)
    text = read_text(path)
    records = genbank_sequences(path, text) if text.lstrip().startswith("LOCUS") else _fasta_sequences(path, text)
    names = [name for name, _ in records]
    if len(set(names)) < len(names):
        name, times = Counter(names).most_common(1)[0]
        raise SequenceError(f"{path}: the record name '{name}' stands {times} times; expected each name once; "
                            "rename or remove the copies")
    notes = [f"record '{name}' is empty and left out" for name, letters in records if not letters]
    kept = [(name, letters) for name, letters in records if letters]
    parts: list[NDArray[np.uint8]] = []
    tally = np.zeros(256, dtype=np.int64)
    for name, letters in kept:
        raw = np.frombuffer(letters.encode("latin-1", "replace"), dtype=np.uint8)
        check_letters(path, name, raw)
        tally += np.bincount(raw, minlength=256)
        parts += [np.array([BREAK], dtype=np.uint8), _CODES[raw]]
    codes = np.concatenate(parts[1:]) if parts else np.zeros(0, dtype=np.uint8)
    lengths = np.array([len(letters) for _, letters in kept], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]).astype(np.int64) if kept else np.zeros(0, np.int64)
    lower = int(tally[97:123].sum())
    if lower:
        notes.append(f"{lower:,} of {int(lengths.sum()):,} letters are lower case (soft-masked) and read as upper case")
    notes += _split_notes(codes, offsets, tally)
    state = hashlib.blake2b("\x1f".join(n for n, _ in kept).encode(), digest_size=12)
    state.update(codes.tobytes())
    found = Assembly(tuple(n for n, _ in kept), codes, offsets, lengths, tuple(notes), state.hexdigest())
    if found.bases < MIN_BASES:
        raise SequenceError(f"{path} is too short; got {found.bases:,} usable bases (A, C, G, T), expected at least "
                            f"{MIN_BASES:,} (twice the smallest rung of 1,000); try a longer sequence")
    return found


SEQUENCES = "FASTA or GenBank"


def read_text(path: Path, form: str = SEQUENCES) -> str:
    """Text of a plain or gzip file, with line ends made plain; ``form`` is what a message says it should have been.

    Raises
    ------
    SequenceError
        If the file is missing, a folder, unreadable, empty, binary, packed otherwise, or a broken gzip.
    """
    if path.is_dir():
        raise SequenceError(f"{path} is a folder; expected a {form} file; try one of the files in it")
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise SequenceError(f"{path} does not exist; expected a {form} file; check the path") from None
    except OSError as error:
        raise SequenceError(f"cannot read {path}: {error.strerror or error}; check its permissions") from None
    if raw.startswith(b"\x1f\x8b"):
        try:
            raw = gzip.decompress(raw)
        except EOFError:
            raise SequenceError(f"{path} is a truncated gzip file; copy or download it again") from None
        except (OSError, zlib.error) as error:
            raise SequenceError(f"{path} is a broken gzip file ({error}); copy or download it again") from None
    elif path.suffix in (".gz", ".bgz") and raw.strip():
        raise misnamed(path)
    check_text(path, raw, form)
    text = raw.decode("utf-8-sig", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def misnamed(path: Path) -> SequenceError:
    """What to say of a file whose name says gzip, and whose content does not."""
    return SequenceError(f"{path} is named {path.suffix} but is not gzip; rename it, or compress it with gzip")


def check_text(path: Path, raw: bytes, form: str = SEQUENCES) -> None:
    """Refuse what is no text by its bytes: packed otherwise than by gzip, empty, or binary.

    Raises
    ------
    SequenceError
        Saying what it is.
    """
    for magic, kind in _PACKED.items():
        if raw.startswith(magic):
            raise SequenceError(f"{path} is a {kind} file; expected plain text or gzip; unpack it first")
    if not raw.strip():
        what = "a FASTA file: a line '>name', then the sequence" if form == SEQUENCES else f"a {form} file"
        raise SequenceError(f"{path} is empty; expected {what}")
    if b"\0" in raw:
        raise SequenceError(f"{path} is a binary file; expected {form} text, plain or gzip")


def _fasta_sequences(path: Path, text: str) -> list[tuple[str, str]]:
    """Names (the first word of the header) and letters of a FASTA text."""
    from Bio.SeqIO.FastaIO import SimpleFastaParser  # 0.15 s to import, so not at the top

    head = text.lstrip()
    if not head.startswith(">"):
        line = head.split("\n", 1)[0][:30]
        raise SequenceError(f"{path} has no FASTA header; it begins with {line!r}; expected a line '>name' before the "
                            "sequence")
    parse: Any = SimpleFastaParser  # Biopython has no annotations
    found = []
    for place, (title, letters) in enumerate(parse(io.StringIO(head)), start=1):
        words = title.split()
        found.append((words[0] if words else f"record_{place}", "".join(letters.split())))
    return found


def genbank_records(path: Path, text: str) -> list[Any]:
    """Biopython records of a GenBank text; the parser's remarks on old dialects are silenced.

    Raises
    ------
    SequenceError
        If the text is not GenBank or breaks off.
    """
    import Bio.SeqIO

    parse: Any = Bio.SeqIO.parse  # Biopython has no annotations

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = list(parse(io.StringIO(text.lstrip()), "genbank"))
    except Exception as error:  # the parser raises ValueError, AssertionError, IndexError ... on broken files
        raise SequenceError(f"{path} is not a complete GenBank file: {' '.join(str(error).split())[:120]}; "
                            "download it again") from None
    if not found:
        raise SequenceError(f"{path} is not a complete GenBank file: no record ends in '//'; download it again")
    return list(found)


def has_genes(text: str) -> bool:
    """Whether a text is GenBank with CDS features."""
    return text.lstrip().startswith("LOCUS") and "\n     CDS " in text


def genbank_sequences(path: Path, text: str) -> list[tuple[str, str]]:
    """Names (accession.version) and letters of a GenBank text."""
    from Bio.Seq import UndefinedSequenceError

    found = []
    for record in genbank_records(path, text):
        try:
            found.append((str(record.id), str(record.seq)))
        except UndefinedSequenceError:
            raise SequenceError(f"{path}: record '{record.id}' holds no sequence; "
                                "download the full GenBank file (with ORIGIN)") from None
    return found


def check_letters(path: Path, name: str, raw: NDArray[np.uint8], start: int = 0) -> None:
    """Refuse U, gaps and letters that no nucleotide has.

    Parameters
    ----------
    raw : letters of a part of the record ``name``, as bytes, (n,).
    start : position of the first of them in the record, from 0.

    Raises
    ------
    SequenceError
        Naming the file, the record, the letter and its position.
    """
    kinds = _KIND[raw]
    if not raw.size or kinds.max() <= _AMBIGUOUS:
        return
    foreign = np.flatnonzero(kinds == _FOREIGN)
    at = int(foreign[0]) if foreign.size else int(np.argmax(kinds > _AMBIGUOUS))
    letter = chr(raw[at])
    place = f"{path}: letter {letter!r} in record '{name}' at position {start + at + 1:,}"
    if kinds[at] == _U:
        raise SequenceError(f"{place}: U found (RNA); expected DNA; convert to T")
    if kinds[at] == _GAP:
        raise SequenceError(f"{place} is a gap, so this is an alignment; expected a genome; remove the gaps")
    protein = letter.isalpha() or letter == "*"
    what = "is of a protein" if protein else "is not a nucleotide"
    raise SequenceError(f"{place} {what}; expected A, C, G, T, N or IUPAC codes; try the nucleotide FASTA (.fna)")


def _split_notes(codes: NDArray[np.uint8], offsets: NDArray[np.int64], tally: NDArray[np.int64]) -> list[str]:
    """How many letters other than A, C, G, T there were, and in how many runs."""
    counts = {chr(c): int(tally[c] + tally[c + 32]) for c in b"NRYSWKMBDHV" if tally[c] + tally[c + 32]}
    if not counts:
        return []
    broken = codes == BREAK
    broken[offsets[1:] - 1] = False  # the gaps between records are ours
    runs = int(np.count_nonzero(broken[1:] & ~broken[:-1])) + int(broken[0])
    n, other = counts.pop("N", 0), counts
    what = f"{runs:,} run{'s' if runs > 1 else ''} of N"
    verb = "split" if runs > 1 else "splits"
    if not other:
        return [f"{what}, {n:,} bases, {verb} the corpus"]
    named = ", ".join(f"{letter} {count:,}" for letter, count in other.items())
    return [f"{what} or IUPAC codes, {n + sum(other.values()):,} bases (N {n:,}, {named}), {verb} the corpus"]
