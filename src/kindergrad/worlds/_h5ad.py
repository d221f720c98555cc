"""An h5ad file, read block by block and never trusted: nothing is unpickled, no other file is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kindergrad.core.errors import InputError

_BLOCK = 64 * 2**20
"""Bytes of a block, as dense numbers."""
_TALL = 512 * 2**20
"""Bytes of one row of storage chunks above which a dense file is read by columns instead."""
_MOST_GENES = 200_000
_MOST_PACKED = 10_000
"""Numbers are never packed tighter than this; a file that claims so would fill memory with nothing."""
_HDF5 = b"\x89HDF\r\n\x1a\n"
_OTHERS = {b"\x80": "a Python pickle, which is never opened: unpickling runs whatever code the file holds",
           b"PK": "a zip archive (npz, zarr or xlsx)", b"\x1f\x8b": "gzip; decompress it first"}


class Block(NamedTuple):
    """Part of the matrix: cells ``rows`` and genes ``columns``; dense or sparse."""

    rows: slice
    columns: slice
    values: Any


@dataclass(frozen=True)
class Store:
    """An open file.

    Attributes
    ----------
    obs, var : pandas data frames.
    log1p : whether the file says that its numbers are logarithms (``uns["log1p"]``).
    """

    path: Path
    matrix: Any
    shape: tuple[int, int]
    obs: Any
    var: Any
    log1p: bool

    @property
    def by_columns(self) -> bool:
        """Whether storage makes whole columns cheap and whole rows dear."""
        if hasattr(self.matrix, "format"):
            return bool(self.matrix.format == "csc")
        chunks = self.matrix.chunks
        return chunks is not None and chunks[0] * self.shape[1] * 8 > _TALL and chunks[0] > chunks[1]

    def blocks(self) -> Iterator[Block]:
        """The whole matrix, once, in blocks of about 64 MB."""
        cells, genes = self.shape
        every = slice(0, cells), slice(0, genes)
        long, wide = (genes, cells) if self.by_columns else (cells, genes)
        step = self._aligned(max(1, _BLOCK // (8 * max(wide, 1))), axis=1 if self.by_columns else 0)
        for start in range(0, long, step):
            part = slice(start, min(start + step, long))
            rows, columns = (every[0], part) if self.by_columns else (part, every[1])
            yield Block(rows, columns, self._part(rows, columns))

    def first(self, start: int, rows: int) -> Any:
        """Some rows as dense numbers, to look at; cheap only where rows are."""
        return self.dense(slice(start, min(start + rows, self.shape[0])), slice(0, self.shape[1]))

    def dense(self, rows: slice, columns: slice) -> Any:
        """Part of the matrix as dense numbers."""
        part = self._part(rows, columns)
        return part.toarray() if hasattr(part, "toarray") else np.asarray(part)

    def _part(self, rows: slice, columns: slice) -> Any:
        """Part of the matrix; places of a sparse one that lie outside would be followed into foreign memory."""
        part = self.matrix[rows, columns]
        if hasattr(part, "indices") and part.nnz:
            wide = part.shape[1 if part.format == "csr" else 0]
            if part.indices.min() < 0 or part.indices.max() >= wide:
                raise InputError(f"{self.path}: X is broken: places from {part.indices.min():,} to "
                                 f"{part.indices.max():,} in a sparse matrix that is {wide:,} wide; rewrite it with "
                                 "anndata")
        return part

    def _aligned(self, step: int, axis: int) -> int:
        chunks = getattr(self.matrix, "chunks", None)
        if not isinstance(chunks, tuple):
            return step
        return max(step // chunks[axis], 1) * int(chunks[axis])


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """The file, with its tables in memory and its matrix on disk.

    Raises
    ------
    InputError
        For what is no h5ad file, is broken, points at other files, or has no matrix.
    """
    _check_kind(path)
    import h5py

    try:
        with h5py.File(path, "r") as file:
            _check_links(path, file)
            yield _store(path, file)
    except (OSError, KeyError) as error:
        said = " ".join(str(error).split())[:160]
        raise InputError(f"{path} cannot be read as h5ad: {said}; expected a file written by anndata 0.7 or later; "
                         "copy it again, or rewrite it with anndata") from None


def _check_kind(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path} does not exist or is no file; expected an .h5ad file; check the path")
    with path.open("rb") as raw:
        head = raw.read(8)
    if head != _HDF5:
        kind = next((said for start, said in _OTHERS.items() if head.startswith(start)), "no HDF5 file")
        raise InputError(f"{path} is {kind}; expected an .h5ad file (HDF5); write one with anndata's write_h5ad")


def _check_links(path: Path, group: Any, depth: int = 0) -> None:
    """Refuse what would make HDF5 open another file: external links, external storage, virtual data sets."""
    import h5py

    if depth > 12:
        raise InputError(f"{path} nests groups more than 12 deep; expected an .h5ad file; rewrite it with anndata")
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise InputError(f"{path}: '{group.name}/{name}' points into another file ({link.filename}); expected all "
                             "data in one file; rewrite it with anndata")
        if isinstance(link, h5py.SoftLink):
            continue
        node = group[name]
        if isinstance(node, h5py.Group):
            _check_links(path, node, depth + 1)
        elif node.external or node.is_virtual:
            raise InputError(f"{path}: the data of '{node.name}' lie in another file; expected all data in one file; "
                             "rewrite it with anndata")
        elif node.nbytes > max(_BLOCK, _MOST_PACKED * node.id.get_storage_size()):
            raise InputError(f"{path}: '{node.name}' claims {node.nbytes / 1e9:,.1f} GB but holds "
                             f"{node.id.get_storage_size():,} bytes; expected data, not a promise of it; rewrite it "
                             "with anndata")


def _store(path: Path, file: Any) -> Store:
    import h5py
    from anndata.io import read_elem, sparse_dataset

    missing = [name for name in ("obs", "var") if name not in file]
    if missing:
        raise InputError(f"{path} lacks {' and '.join(missing)}; got {', '.join(list(file)[:8]) or 'an empty file'}; "
                         "expected an .h5ad file; write one with anndata's write_h5ad")
    if "X" not in file or (isinstance(file["X"], h5py.Dataset) and file["X"].ndim != 2):
        layers = ", ".join(file.get("layers", {})) or "none"
        raise InputError(f"{path} has no matrix X (layers: {layers}); expected expression in X; copy a layer into X")
    try:
        obs, var = read_elem(file["obs"]), read_elem(file["var"])
        matrix = file["X"] if isinstance(file["X"], h5py.Dataset) else sparse_dataset(file["X"])
    except Exception as error:  # anndata raises many kinds for files of old or foreign make
        said = " ".join(str(error).split())[:160]
        raise InputError(f"{path} cannot be read by anndata: {type(error).__name__}: {said}; expected a file written "
                         "by "
                         "anndata 0.7 or later; rewrite it") from None
    shape = (int(matrix.shape[0]), int(matrix.shape[1]))
    if not isinstance(file["X"], h5py.Dataset):
        _check_pointers(path, file["X"], shape[0 if matrix.format == "csr" else 1])
    _check_shape(path, shape, (len(obs), len(var)), np.dtype(matrix.dtype))
    return Store(path, matrix, shape, obs, var, "uns" in file and "log1p" in file["uns"])


def _check_pointers(path: Path, group: Any, long: int) -> None:
    """Where each row (or column) of a sparse matrix begins: from 0 to all, never back."""
    starts, stored = group["indptr"][:], {len(group["indices"]), len(group["data"])}
    if starts.shape != (long + 1,) or starts[0] != 0 or (np.diff(starts) < 0).any() or stored != {int(starts[-1])}:
        raise InputError(f"{path}: X is broken: the pointers of its sparse matrix do not run from 0 to the "
                         f"{max(stored):,} numbers it holds; rewrite it with anndata")


def _check_shape(path: Path, shape: tuple[int, int], tables: tuple[int, int], kind: np.dtype[Any]) -> None:
    if shape != tables:
        raise InputError(f"{path}: X has {shape[0]:,} x {shape[1]:,} numbers for {tables[0]:,} cells and {tables[1]:,} "
                         "genes; expected one row per cell and one column per gene; rewrite it with anndata")
    if not min(shape):
        raise InputError(f"{path} is empty: {shape[0]:,} cells x {shape[1]:,} genes; expected both above 0")
    if shape[1] > _MOST_GENES:
        raise InputError(f"{path} has {shape[1]:,} genes; expected at most {_MOST_GENES:,}; drop features that are "
                         "none")
    if kind.kind not in "fiub":
        raise InputError(f"{path}: X holds {kind}; expected numbers (float32, float64 or integers); convert it")
