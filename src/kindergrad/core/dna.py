"""DNA as text and as codes 0..3 (A, C, G, T)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import SequenceError

LETTERS = "ACGT"
_CODE = np.full(256, 255, dtype=np.uint8)
_CODE[list(b"ACGT")] = [0, 1, 2, 3]
_CODE[list(b"acgt")] = [0, 1, 2, 3]
_LETTER = np.frombuffer(b"ACGT", dtype=np.uint8)
_COMPLEMENT = str.maketrans("ACGTacgt", "TGCAtgca")


def encode(sequence: str, where: str = "sequence") -> NDArray[np.uint8]:
    """Codes 0..3, shape (len(sequence),).

    Raises
    ------
    SequenceError
        Naming ``where``, the first letter that is not A, C, G or T, and its position (from 1).
    """
    codes = _CODE[np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)]
    if codes.size and codes.max() == 255:
        at = int(np.argmax(codes == 255))
        raise SequenceError(
            f"{where}: unknown letter '{sequence[at]}' at position {at + 1}; expected only A, C, G, T"
        )
    return codes


def decode(codes: NDArray[np.uint8]) -> str:
    """Text of codes 0..3."""
    return _LETTER[codes].tobytes().decode("ascii")


def decode_rows(codes: NDArray[np.uint8]) -> NDArray[np.str_]:
    """Texts of the rows of codes, shape (n, length) -> (n,)."""
    width = codes.shape[1]
    if width == 0:
        return np.full(len(codes), "", dtype="U1")
    return np.ascontiguousarray(_LETTER[codes]).view(f"S{width}").ravel().astype(f"U{width}")


def reverse_complement(sequence: str) -> str:
    return sequence.translate(_COMPLEMENT)[::-1]


def reverse_complement_codes(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Reverse complement along the last axis; the complement of code c is 3 - c."""
    return (3 - codes)[..., ::-1]
