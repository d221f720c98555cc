"""Plain text as codes 0..95: the end of a line and the printable ASCII characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import SequenceError

CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))
_CODE = np.full(256, 255, dtype=np.uint8)
_CODE[list(CHARACTERS.encode("ascii"))] = np.arange(len(CHARACTERS))


def encode(text: str, where: str = "text") -> NDArray[np.uint8]:
    """Codes 0..95, shape (len(text),).

    Raises
    ------
    SequenceError
        Naming ``where``, the first character that is not printable ASCII, and its position (from 1).
    """
    codes = _CODE[np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)]
    odd = np.flatnonzero(codes == 255)
    if odd.size or not text.isascii():  # what latin-1 lacks was replaced by a question mark
        at = int(odd[0]) if odd.size else len(text)
        at = next((i for i, letter in enumerate(text[:at]) if not letter.isascii()), at)
        raise SequenceError(f"{where}: unknown character {text[at]!r} at position {at + 1}; expected printable ASCII; "
                            "try to write it in plain letters")
    return codes


def decode(codes: NDArray[np.uint8]) -> str:
    """Text of codes 0..95."""
    return "".join(CHARACTERS[code] for code in codes.tolist())
