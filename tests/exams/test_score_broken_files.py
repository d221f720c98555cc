"""Files that are broken or made to harm: refused in one line, before anything is followed, unpacked or loaded whole."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from response_tables import Screen, screen

from kindergrad import cli
from kindergrad.core.errors import InputError
from kindergrad.worlds import _h5ad, expression_tables


@pytest.fixture(scope="module")
def made() -> Screen:
    return screen(3, n_genes=40, n_training=6, n_scored=8, n_cells=16, n_controls=40)


def changed(path: Path, change: Callable[[Any], object]) -> Path:
    import h5py

    with h5py.File(path, "a") as file:
        change(file)
    return path


def put(file: Any, name: str, make: Callable[[Any, str], object]) -> None:
    """Another data set in the place of one, with the same attributes."""
    kept = dict(file[name].attrs)
    del file[name]
    make(file, name)
    file[name].attrs.update(kept)


SPARSE = {
    "place beyond the genes": ("csr", "X/indices", 5, 10**6, "places from 0 to 1,000,000"),
    "place before the first": ("csr", "X/indices", 5, -7, "places from -7"),
    "place beyond the cells": ("csc", "X/indices", 5, 10**6, "places from 0 to 1,000,000"),
    "pointer beyond the end": ("csr", "X/indptr", 3, 10**7, "pointers of its sparse matrix"),
    "pointer that goes back": ("csr", "X/indptr", 3, 0, "pointers of its sparse matrix"),
}


@pytest.mark.parametrize("name", SPARSE)
def test_sparse_matrices_are_not_followed_outside(made: Screen, name: str, tmp_path: Path) -> None:
    from scipy import sparse

    kind, where, at, value, hint = SPARSE[name]
    matrix = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix}[kind](made.cells.astype(np.float32))
    path = changed(made.write(tmp_path / "real.h5ad", matrix), lambda file: file[where].__setitem__(at, value))
    with pytest.raises(InputError, match=hint):
        expression_tables.read(path)


def test_a_file_that_promises_more_than_it_holds(made: Screen, tmp_path: Path) -> None:
    """A few kilobytes that would unfold to 160 GB of zeros."""
    path = changed(made.write(tmp_path / "real.h5ad"), lambda file: put(file, "X", lambda f, name: f.create_dataset(
        name, shape=(10**9, 40), chunks=(1000, 40), dtype="f4", compression="gzip")))
    with pytest.raises(InputError, match=r"claims 160\.0 GB but holds 0 bytes"):
        expression_tables.read(path)


def test_virtual_and_external_data_are_refused(made: Screen, tmp_path: Path) -> None:
    import h5py

    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * 10**6)
    real = made.write(tmp_path / "real.h5ad")

    def virtual(file: Any, name: str) -> None:
        layout = h5py.VirtualLayout(made.cells.shape, "f4")
        layout[:] = h5py.VirtualSource(str(real), "X", made.cells.shape)
        file.create_virtual_dataset(name, layout)

    def external(file: Any, name: str) -> None:
        file.create_dataset(name, shape=made.cells.shape, dtype="f4", external=[(str(secret), 0, h5py.h5f.UNLIMITED)])

    for make in (virtual, external):
        path = changed(made.write(tmp_path / "evil.h5ad"), lambda file, make=make: put(file, "X", make))
        with pytest.raises(InputError, match="lie in another file"):
            expression_tables.read(path)


def test_groups_that_hold_themselves(made: Screen, tmp_path: Path) -> None:
    path = changed(made.write(tmp_path / "real.h5ad"), lambda file: file["uns"].__setitem__("self", file["uns"]))
    with pytest.raises(InputError, match="nests groups more than 12 deep"):
        expression_tables.read(path)


def test_pickles_inside_are_left_alone(made: Screen, tmp_path: Path) -> None:
    import pickle

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "exploded",)

    def hide(file: Any) -> None:
        file["uns/p"] = np.void(pickle.dumps(Bomb()))
        file["obs"].attrs["evil"] = np.void(pickle.dumps(Bomb()))

    assert len(expression_tables.read(changed(made.write(tmp_path / "real.h5ad"), hide))) == 15
    assert not (tmp_path / "exploded").exists()


def test_a_dense_file_is_never_in_memory_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import anndata as ad
    import pandas as pd

    values = np.random.default_rng(0).random((20_000, 400), dtype=np.float32) + 0.5  # 32 MB
    labels = np.repeat(["control", "A", "B", "C"], 5000)
    ad.AnnData(values, obs=pd.DataFrame({"perturbation": labels}, index=[f"c{i}" for i in range(20_000)])).write_h5ad(
        tmp_path / "real.h5ad")
    size = values.nbytes
    monkeypatch.setattr(_h5ad, "_BLOCK", 2**20)
    expression_tables.read(tmp_path / "real.h5ad")  # imports are not counted
    tracemalloc.start()
    try:
        found = expression_tables.read(tmp_path / "real.h5ad")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.means([found.labels.index("A")])[0] == pytest.approx(values[labels == "A"].mean(axis=0), rel=1e-5)
    assert peak < 0.7 * size


def test_bad_gene_sets_doses_and_contexts_from_the_command_line(
        made: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Gene sets that fit nothing are refused; predictions without doses serve all of them, and say so."""
    import anndata as ad
    import pandas as pd

    doses = np.where(np.arange(len(made.names)) % 2, "1", "10")
    made.write(tmp_path / "real.h5ad", dose=doses)
    ad.AnnData(made.means[6:].astype(np.float32), obs=pd.DataFrame({"perturbation": made.scored}, index=made.scored),
               var=pd.DataFrame(index=list(made.genes))).write_h5ad(tmp_path / "pred.h5ad")
    (tmp_path / "train.txt").write_text("\n".join([*made.labels[:6], f"{made.scored[0]}@1"]))
    (tmp_path / "sets.gmt").write_text("P1\tx\tENSG1\tENSG2\tENSG3\n")
    (tmp_path / "own.gmt").write_text("".join(
        f"P{i}\tx\t" + "\t".join(made.genes[i::10]) + "\n" for i in range(10)) + "P\tx\tG1\n")

    def run(*more: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kindergrad", "score", str(tmp_path / "pred.h5ad"), "--truth", str(
            tmp_path / "real.h5ad"), "--train-perturbations", str(tmp_path / "train.txt"), "--json", *map(str, more)])
        with pytest.raises(SystemExit) as done:
            raise SystemExit(cli.main())
        shown = capsys.readouterr()
        return int(done.value.code or 0), shown.out, shown.err

    code, out, err = run("--gene-sets", tmp_path / "sets.gmt")
    assert code == 2 and not out and "none of the 1 gene sets has 3 genes that are measured" in err
    assert "expected a GMT file" in run("--gene-sets", tmp_path / "absent.gmt")[2]
    code, out, _ = run("--gene-sets", tmp_path / "own.gmt")
    answer = json.loads(out)
    said = " ".join(answer["notes"])
    assert code == 0 and answer["n_scored"] == 15 and answer["n_training"] == 13
    assert "8 predictions name no dose; each was used at all doses of the truth, 16 in all" in said
    assert "1 of 11 gene sets have fewer than 3 measured genes" in said
    assert {"perturbation/relative", "perturbation/programme"} <= {one["skill"] for one in answer["skills"]}
