"""Names of questions: the same question has the same name everywhere, whoever asks it.

A name is a hash of what is asked, so that answers made elsewhere can be matched to it, and a question that several
exams share is answered once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def likelihood(context: str, target: str) -> str:
    """Name of the question "how probable is this target after this context?"."""
    return _name("likelihood", context.upper(), target.upper())


def training(sequences: Sequence[str], labels: Iterable[int]) -> str:
    """Name of a set of labelled sequences that a probe is fitted on."""
    return _name("training", *(f"{label}{text.upper()}" for text, label in zip(sequences, labels, strict=True)))


def decision(training_set: str, sequence: str) -> str:
    """Name of the question "which label has this sequence, after fitting on that set?"."""
    return _name("decision", training_set, sequence.upper())


def _name(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
