"""The letters of a DNA corpus as a stream of blocks: FASTA, plain or gzip, one file or a folder of them.

No file is held in memory. A block overlaps its neighbours by ``PAD`` letters on either side, so that whoever looks at
a place sees what stands around it; only the core of a block is counted, each letter of the corpus in one core.
GenBank files are read whole.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import SequenceError
from kindergrad.worlds import fasta

Codes = NDArray[np.uint8]

PAD = 512
"""Letters seen around a core: longer than any concept."""
CORE = 1 << 18
"""Letters of a core: its arrays stay in the cache of one CPU core."""
FLANK = 16
"""Letters on either side of an occurrence that make up its context."""
SUFFIXES = (".fa", ".fna", ".fasta", ".fas", ".ffn", ".frn", ".gb", ".gbk", ".gbff")
_READ = 1 << 20
_FOREIGN = 254
_TABLE = bytearray([_FOREIGN] * 256)
for _letters, _codes in (("ACGT", range(4)), ("NRYSWKMBDHV", [fasta.BREAK] * 11)):
    for _letter, _code in zip(_letters, _codes, strict=True):
        _TABLE[ord(_letter)] = _TABLE[ord(_letter.lower())] = _code
_BLANK = b"\n\t "


class Stretch(NamedTuple):
    """Where a part of a record lies in a block: letters from ``at``, which are ``record[start:]``."""

    record: str
    start: int
    at: int


class Block:
    """Some letters of a corpus with their surroundings.

    Attributes
    ----------
    codes : (PAD + n + PAD,), 0..3 for A, C, G, T, and 255 for everything else.
    offset : letters of the corpus before the core, gaps between records included.
    stretches : the records in it, in order.
    """

    def __init__(self, codes: Codes, offset: int, stretches: tuple[Stretch, ...]) -> None:
        self.codes, self.offset, self.stretches = codes, offset, stretches

    @property
    def size(self) -> int:
        """Letters of the core."""
        return self.codes.size - 2 * PAD

    @cached_property
    def plain(self) -> bool:
        """Whether all letters are A, C, G, T."""
        return bool(self.codes.max() <= 3)

    @cached_property
    def words(self) -> NDArray[np.uint32]:
        """Code in base 4 of the 16 letters from each place on, (PAD + n + PAD - 15,); other letters count as T."""
        found = (self.codes & 3).astype(np.uint32)
        for step in (1, 2, 4, 8):
            found = (found[:-step] << np.uint32(2 * step)) | found[step:]
        return found

    @cached_property
    def broken(self) -> NDArray[np.int32]:
        """How many letters before each place are not A, C, G, T, (PAD + n + PAD + 1,)."""
        return np.concatenate([[0], np.cumsum(self.codes > 3)]).astype(np.int32)

    def whole(self, start: NDArray[np.int64], length: int) -> NDArray[np.int64]:
        """Those starts in the core whose ``length`` letters are all A, C, G, T."""
        start = start[(start >= PAD) & (start < PAD + self.size)]
        return start if self.plain else start[self.broken[start + length] == self.broken[start]]


def files(corpus: Path) -> list[Path]:
    """The sequence files of a corpus, by name.

    Raises
    ------
    SequenceError
        If there is none.
    """
    if not corpus.is_dir():
        return [corpus]
    found = sorted(p for p in corpus.rglob("*") if p.is_file() and p.name.removesuffix(".gz").endswith(SUFFIXES))
    if not found:
        raise SequenceError(f"{corpus} holds no sequence file; expected names that end in {', '.join(SUFFIXES)}, "
                            "with or without .gz; try to name the file itself")
    return found


Corpus = Path | Sequence[str]
"""A file or folder, or texts."""


def blocks(corpus: Corpus, notes: dict[str, int]) -> Iterator[Block]:
    """All letters of a corpus. ``notes`` counts what a reader should know: records, lower, other.

    Raises
    ------
    SequenceError
        For a file that cannot be read, is cut short, binary, empty, or holds other letters than nucleotides.
    """
    held: list[Codes] = [np.full(PAD, fasta.BREAK, dtype=np.uint8)]
    places: list[Stretch] = []
    have = offset = 0
    for record, start, codes in _stream(corpus, notes):
        if start == 0 and offset + have:  # no window runs from one record into the next
            held.append(np.full(1, fasta.BREAK, dtype=np.uint8))
            have += 1
        places.append(Stretch(record, start, PAD + have))
        held.append(codes)
        have += codes.size
        while have >= CORE + PAD:
            whole = np.concatenate(held)
            yield Block(whole[: CORE + 2 * PAD], offset, tuple(places))
            held, have, offset = [whole[CORE:]], have - CORE, offset + CORE
            places = _moved(places, CORE)
    held.append(np.full(PAD, fasta.BREAK, dtype=np.uint8))
    if have:
        yield Block(np.concatenate(held), offset, tuple(places))


def _stream(corpus: Corpus, notes: dict[str, int]) -> Iterator[tuple[str, int, Codes]]:
    """(record, position in it, codes) of everything, in order."""
    if isinstance(corpus, Path):
        for path in files(corpus):
            yield from _pieces(path, notes)
        return
    for text in corpus:
        notes["records"] += 1
        name = f"text {notes['records']}"
        yield name, 0, _encode(Path("corpus"), name, text.encode("latin-1", "replace"), 0, notes)


def _moved(places: list[Stretch], by: int) -> list[Stretch]:
    """The places as the next block sees them: what ends before it is left out."""
    moved = [Stretch(p.record, p.start, p.at - by) for p in places]
    last = max((i for i, p in enumerate(moved) if p.at <= 0), default=0)
    return moved[last:]


def _pieces(path: Path, notes: dict[str, int]) -> Iterator[tuple[str, int, Codes]]:
    """(record, position in it, codes) of one file, in order."""
    with _open(path) as handle:
        head = _read(handle, path)
        _check_head(path, head)
        if head.lstrip().startswith(b"LOCUS"):
            for name, letters in fasta.genbank_sequences(path, fasta.read_text(path)):
                notes["records"] += 1
                yield name, 0, _encode(path, name, letters.encode("latin-1", "replace"), 0, notes)
            return
        yield from _fasta(path, handle, head.lstrip(b"\xef\xbb\xbf" + _BLANK), notes)


def _fasta(path: Path, handle: IO[bytes], chunk: bytes, notes: dict[str, int]) -> Iterator[tuple[str, int, Codes]]:
    """Records of FASTA, a chunk at a time; a header may be cut by the end of a chunk."""
    name, at, header = "", 0, b""
    while chunk:
        if header:
            chunk, header = header + chunk, b""
        if chunk.startswith(b">"):
            line, end, rest = chunk.partition(b"\n")
            if not end and (more := _read(handle, path)):
                header, chunk = chunk, more
                continue
            notes["records"] += 1
            words = line[1:].split()
            name, at, chunk = words[0].decode("utf-8", "replace") if words else f"record_{notes['records']}", 0, rest
        else:
            letters, mark, rest = chunk.partition(b">")
            codes = _encode(path, name, letters, at, notes)
            if codes.size:
                yield name, at, codes
                at += codes.size
            chunk = mark + rest
        chunk = chunk or _read(handle, path)


def _encode(path: Path, name: str, letters: bytes, at: int, notes: dict[str, int]) -> Codes:
    """Codes of the letters; blanks and line ends are left out."""
    codes = np.frombuffer(letters.translate(bytes(_TABLE), _BLANK), dtype=np.uint8)
    raw = np.frombuffer(letters, dtype=np.uint8)
    notes["lower"] += int(np.count_nonzero(raw > 96))
    if codes.size and codes.max() > 3:
        if (codes == _FOREIGN).any():
            fasta.check_letters(path, name, np.frombuffer(letters.translate(None, _BLANK), dtype=np.uint8), at)
        notes["other"] += int(np.count_nonzero(codes > 3))
    return codes


def _open(path: Path) -> IO[bytes]:
    try:
        with path.open("rb") as handle:
            head = handle.read(2)
            packed = head == b"\x1f\x8b"
        if head and not packed and path.suffix in (".gz", ".bgz"):
            raise fasta.misnamed(path)
        return cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb")
    except FileNotFoundError:
        raise SequenceError(f"{path} does not exist; expected a FASTA or GenBank file; check the path") from None
    except OSError as error:
        raise SequenceError(f"cannot read {path}: {error.strerror or error}; check its permissions") from None


def _read(handle: IO[bytes], path: Path) -> bytes:
    try:
        raw = handle.read(_READ)
        return raw.replace(b"\r", b"\n") if b"\r" in raw else raw
    except EOFError:
        raise SequenceError(f"{path} is a truncated gzip file; copy or download it again") from None
    except (OSError, zlib.error) as error:
        raise SequenceError(f"{path} is a broken gzip file ({error}); copy or download it again") from None


def _check_head(path: Path, head: bytes) -> None:
    """Refuse by the first letters what is no sequence text."""
    fasta.check_text(path, head)
    begins = head.lstrip(b"\xef\xbb\xbf" + _BLANK)
    if not begins.startswith((b">", b"LOCUS")):
        line = begins[:30].split(b"\n", 1)[0].decode("utf-8", "replace")
        raise SequenceError(f"{path} has no FASTA header; it begins with {line!r}; expected a line '>name' before the "
                            "sequence")
