"""Arrays of an npz file mapped into memory: read when touched, never copied, one copy for all processes."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_LOCAL_HEADER = 30  # bytes before the name of a member, which ends with the lengths of name and extra field


def arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an uncompressed npz file, read-only.

    Raises
    ------
    ValueError
        For a compressed member, or one that holds objects.
    """
    out = {}
    with zipfile.ZipFile(path) as members, path.open("rb") as raw:
        for member in members.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{path}: {member.filename} is compressed and cannot be mapped")
            raw.seek(member.header_offset)
            name, extra = struct.unpack("<HH", raw.read(_LOCAL_HEADER)[-4:])
            raw.seek(member.header_offset + _LOCAL_HEADER + name + extra)
            out[member.filename.removesuffix(".npy")] = _array(raw, path)
    return out


def _array(raw: BinaryIO, path: Path) -> NDArray[Any]:
    """The array whose header begins here."""
    version = np.lib.format.read_magic(raw)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(raw)
    if dtype.hasobject:
        raise ValueError(f"{path} holds objects, which are not read")
    if not shape or 0 in shape:  # nothing to map
        return np.fromfile(raw, dtype, count=int(np.prod(shape))).reshape(shape)
    kept = np.memmap(path, dtype, mode="r", offset=raw.tell(), shape=shape, order="F" if fortran else "C")
    return kept.view(np.ndarray)
