"""Concepts of a text corpus, plain or gzip, one file or a folder: phrases and facts, line by line.

The unit is a character. Lines are read in bundles of some 16,000 letters, so that memory stays
bounded; a phrase lies within one line.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from kindergrad.core.answers_exposure import CorpusFacts
from kindergrad.core.errors import InputError
from kindergrad.exposure.concepts import Numbered, settings
from kindergrad.exposure.genome import Found, Tell
from kindergrad.exposure.kinds import facts, phrase
from kindergrad.exposure.quadrats import MOST, Quadrats, joined
from kindergrad.exposure.rows import Counted, Form
from kindergrad.exposure.sketch import Distinct
from kindergrad.stats.discovery import Incidence

SERVES = ("phrase", "facts")
AROUND = 16
"""Letters on either side of a phrase that make up its context."""
SUFFIXES = (".txt", ".md", ".text", ".csv", ".tsv", ".jsonl", ".json")
MOST_FORMS = 1_000_000
_BUNDLE = 1 << 14


def count(corpus: Path | Sequence[str], wanted: Sequence[Numbered], *,
          tell: Tell = lambda done, planned, what: None) -> Found:
    """Count the concepts of a text: a file, a folder, or texts in the order of reading.

    Raises
    ------
    InputError
        If a file cannot be read, is no text, or holds nothing but blanks.
    """
    missing = {f"{c.skill}: {c.name}": f"a text shows no {c.kind}" for c in wanted if c.kind not in SERVES}
    single = [c._replace(number=i) for i, c in enumerate(c for c in wanted if c.kind == "phrase")]
    many = [_Facts(c) for c in wanted if c.kind == "facts"]
    patterns = [re.compile(settings(c, phrase.Spec).pattern, re.MULTILINE) for c in single]
    parts, blocks = Quadrats(), np.zeros((MOST, len(single)))
    distinct = [Distinct() for _ in single]
    size = words = lines = 0
    for bundle in _bundles(corpus):
        tell(0, 0, f"{size / 1e6:,.1f} M characters read")
        before = parts.joined
        parts.reach(size + len(bundle) + 1)
        for _ in range(parts.joined - before):
            blocks = joined(blocks)
        part = size // parts.unit
        parts.sizes[part] += len(bundle)
        for concept, pattern in zip(single, patterns, strict=True):
            found = [bundle[max(m.start() - AROUND, 0) : m.end() + AROUND] for m in pattern.finditer(bundle)]
            blocks[part, concept.number] += len(found)
            distinct[concept.number].add(np.array([_hash(text) for text in found], dtype=np.uint64))
        for own in many:
            own.add(bundle, part, parts.joined)
        size, words, lines = size + len(bundle), words + len(bundle.split()), lines + bundle.count("\n")
    if not words:
        raise InputError(f"{corpus} holds no word; expected text with words or numbers")
    counted = Counted(blocks.sum(axis=0), np.array([d.count for d in distinct]), np.array([d.error for d in distinct]),
                      blocks, parts.sizes, {})
    forms = [form for own in many if (form := own.form(parts)).incidence.concept.size]
    source = str(corpus) if isinstance(corpus, Path) else f"{len(corpus):,} texts"
    return Found(CorpusFacts(source=source, unit="characters", size=size, records=lines), single, counted, forms,
                 missing)


class _Facts:
    """Different matches of one pattern, and the parts in which they stand."""

    def __init__(self, concept: Numbered) -> None:
        spec = settings(concept, facts.Spec)
        self._concept, self._forms = concept, spec.forms
        self._pattern = re.compile(spec.pattern, re.MULTILINE)
        self._names: dict[str, int] = {}
        self._pairs: set[tuple[int, int]] = set()
        self._joined = 0

    def add(self, bundle: str, part: int, times_joined: int) -> None:
        """The matches of one bundle."""
        for _ in range(times_joined - self._joined):
            self._pairs = {(name, own // 2) for name, own in self._pairs}
        self._joined = times_joined
        for found in self._pattern.finditer(bundle):
            if found[0] in self._names or len(self._names) < MOST_FORMS:
                self._pairs.add((self._names.setdefault(found[0], len(self._names)), part))

    def form(self, parts: Quadrats) -> Form:
        """The family as it was counted."""
        table = np.array(sorted(self._pairs), dtype=np.int64).reshape(-1, 2)
        return Form(self._concept.name, self._concept.skill, self._forms, 1.0,
                    Incidence(table[:, 0], table[:, 1], parts.sizes))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _bundles(corpus: Path | Sequence[str]) -> Iterator[str]:
    """Whole lines, some at a time; a line longer than a bundle is cut at a blank."""
    for path, chunks in _sources(corpus):
        rest = b""
        for raw in chunks:
            if b"\0" in raw:
                raise InputError(f"{path} is a binary file; expected text, plain or gzip")
            rest += raw
            cut = max(rest.rfind(b"\n"), rest.rfind(b"\r")) + 1 or (rest.rfind(b" ") + 1 if len(rest) > _BUNDLE else 0)
            if cut:
                yield _text(path, rest[:cut])
                rest = rest[cut:]
        if rest:
            yield _text(path, rest)


def _text(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text: byte {raw[error.start]:#04x} is not UTF-8; expected text, plain or gzip; "
                         "save it as UTF-8") from None


def _sources(corpus: Path | Sequence[str]) -> Iterator[tuple[Path, Iterator[bytes]]]:
    """Name and bytes of each file, or of the texts, one after the other."""
    if isinstance(corpus, Path):
        yield from ((path, _chunks(path)) for path in _files(corpus))
    else:
        yield Path("the corpus"), (text.encode() for text in corpus)


def _files(corpus: Path) -> list[Path]:
    if not corpus.is_dir():
        return [corpus]
    found = sorted(p for p in corpus.rglob("*") if p.is_file() and p.name.removesuffix(".gz").endswith(SUFFIXES))
    if not found:
        raise InputError(f"{corpus} holds no text file; expected names that end in {', '.join(SUFFIXES)}, with or "
                         "without .gz; try to name the file itself")
    return found


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as lines:
            while raw := lines.read(_BUNDLE):
                yield raw
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; expected a text file or a folder; check the path") from None
    except EOFError:
        raise InputError(f"{path} is a truncated gzip file; copy or download it again") from None
    except (OSError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {error}; expected text, plain or gzip") from None
