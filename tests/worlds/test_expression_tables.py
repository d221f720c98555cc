"""Tables of perturbed cells: every dialect gives the same table, and means are those of the cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.worlds.expression_tables import Columns, Way, normalise, read

LABELS = np.repeat(["control", "A", "B", "A+B", "C_2"], 8)
COUNTS = np.random.default_rng(0).poisson(4.0, (40, 12)).astype(np.float32) * 3


def write(path: Path, obs: dict[str, Any], *, genes: list[str] | None = None, var: dict[str, Any] | None = None,
          values: Any = None) -> Path:
    import anndata as ad
    import pandas as pd

    names = genes or [f"g{i}" for i in range(12)]
    ad.AnnData(COUNTS if values is None else values, obs=pd.DataFrame(obs, index=[f"c{i}" for i in range(40)]),
               var=pd.DataFrame(var or {}, index=names)).write_h5ad(path)
    return path


def renamed(pairs: dict[str, str]) -> list[str]:
    return [pairs.get(label, label) for label in LABELS]


ENSEMBL = [f"ENSG{i:05d}" for i in range(12)]
DIALECTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "scPerturb": ({"perturbation": renamed({"A+B": "B_A"}),
                   "nperts": [{"control": 0, "A+B": 2}.get(x, 1) for x in LABELS],
                   "tissue_type": ["cell_line"] * 40}, {}),
    "GEARS": ({"condition": renamed({"control": "ctrl", "A": "A+ctrl", "B": "ctrl+B", "C_2": "C_2+ctrl"}),
               "condition_name": ["x"] * 40, "control": [int(x == "control") for x in LABELS]},
              {"genes": ENSEMBL, "var": {"gene_name": [f"g{i}" for i in range(12)]}}),
    "PerturBench": ({"condition": LABELS, "perturbation_type": ["CRISPRa"] * 40, "treatment": ["none"] * 40}, {}),
    "cell-eval": ({"target": renamed({"control": "non-targeting"})}, {}),
    "CELLxGENE": ({"perturbation": LABELS, "cell_type_ontology_term_id": ["CL:0"] * 40},
                  {"genes": ENSEMBL, "var": {"feature_name": [f"g{i}" for i in range(12)]}}),
    "plain": ({"perturbation": LABELS}, {}),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects(name: str, tmp_path: Path) -> None:
    obs, more = DIALECTS[name]
    table = read(write(tmp_path / "t.h5ad", obs, **more))
    assert table.dialect.name == name
    assert table.genes == tuple(f"g{i}" for i in range(12))
    assert set(table.labels) == {"control", "A", "B", "A+B", "C_2"}
    logs = np.log1p(COUNTS * 1e4 / COUNTS.sum(axis=1, keepdims=True))
    row = table.labels.index("A+B")
    assert table.means([row])[0] == pytest.approx(logs[LABELS == "A+B"].mean(axis=0))
    assert table.folds([row]).mean(axis=0)[0] == pytest.approx(table.means([row])[0])
    assert (table.cells == 2).all()


@pytest.mark.parametrize(("label", "clean"), [("B+A", "A+B"), ("A+ctrl", "A"), ("ctrl", "control"), ("A+A", "A"),
                                              ("non-targeting", "control"), ("C+A+B", "A+B+C"), ("NT5E", "NT5E")])
def test_labels_are_normalised_once(label: str, clean: str) -> None:
    assert normalise(label) == clean
    assert normalise(normalise(label)) == clean


def test_both_orders_of_a_pair_are_merged_and_counted(tmp_path: Path) -> None:
    labels = [("B+A" if i % 2 else "A+B") if x == "A+B" else x for i, x in enumerate(LABELS)]
    table = read(write(tmp_path / "t.h5ad", {"perturbation": labels}))
    assert table.n_cells[table.labels.index("A+B")] == 8
    assert "1 combinations come in more than one order" in table.notes[0]


def test_contexts_and_doses(tmp_path: Path) -> None:
    lines = ["K562" if i % 2 else "RPE1" for i in range(40)]
    table = read(write(tmp_path / "t.h5ad", {"perturbation": LABELS, "cell_line": lines, "dose": lines}))
    assert len(table) == 10 and set(table.contexts) == {"K562", "RPE1"}
    other = read(tmp_path / "t.h5ad", columns=Columns(context="dose"))
    assert other.dialect.context == "dose"
    pooled = read(write(tmp_path / "p.h5ad", {"perturbation": LABELS, "dose": lines}))
    assert "4 perturbations come in several doses" in pooled.notes[0] and "pooled" in pooled.notes[0]


def test_doses_that_are_numbers_make_items_of_their_own(tmp_path: Path) -> None:
    doses = [0.0 if x == "control" else 1.0 if x == "A" else (0.5, 10.0)[i % 2] for i, x in enumerate(LABELS)]
    path = write(tmp_path / "t.h5ad", {"perturbation": LABELS, "dose": doses})
    table = read(path)
    assert set(table.labels) == {"control", "A@1", "B@0.5", "B@10", "A+B@0.5", "A+B@10", "C_2@0.5", "C_2@10"}
    assert "3 of 4 perturbations come in several doses" in table.notes[0]
    assert set(read(path, way=Way(doses=False)).labels) == {"control", "A", "B", "A+B", "C_2"}
    one = write(tmp_path / "one.h5ad", {"perturbation": LABELS, "dose": [1.0] * 40})
    assert "A" in read(one).labels and "A@1" in read(one, way=Way(doses=True)).labels
    assert normalise("B+A@0.50") == "A+B@0.5" and normalise("x@y") == "x@y"


def test_depth_is_that_of_the_counts(tmp_path: Path) -> None:
    from scipy import sparse

    whole = COUNTS.sum(axis=1)
    for name, values in (("rows", COUNTS), ("columns", sparse.csc_matrix(COUNTS))):
        table = read(write(tmp_path / f"{name}.h5ad", {"perturbation": LABELS}, values=values))
        assert table.depth is not None
        assert table.depth[table.labels.index("B")] == pytest.approx(whole[LABELS == "B"].mean())
    logs = read(write(tmp_path / "logs.h5ad", {"perturbation": LABELS}, values=np.log1p(COUNTS)))
    assert logs.depth is None


def test_variances_are_those_of_the_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "t.h5ad", {"perturbation": LABELS})
    table = read(path, way=Way(folds=1, squares=True))
    logs = np.log1p(COUNTS * 1e4 / COUNTS.sum(axis=1, keepdims=True))
    found = table.variances([table.labels.index("B")])[0, 0]
    assert found == pytest.approx(logs[LABELS == "B"].var(axis=0, ddof=1))
    with pytest.raises(InputError, match="without sums of squares"):
        read(path).variances([0])


def test_folds_are_disjoint_random_and_repeatable(tmp_path: Path) -> None:
    path = write(tmp_path / "t.h5ad", {"perturbation": LABELS})
    once, again, other = read(path), read(path), read(path, way=Way(seed=1))
    assert (once.sums == again.sums).all()
    assert (once.sums != other.sums).any()
    assert once.sums.sum(axis=0) == pytest.approx(other.sums.sum(axis=0))


def test_half_of_the_file_is_never_enough(tmp_path: Path) -> None:
    """Blocks smaller than the file give the same sums."""
    from kindergrad.worlds import _h5ad

    path = write(tmp_path / "t.h5ad", {"perturbation": LABELS})
    whole = read(path)
    saved, _h5ad._BLOCK = _h5ad._BLOCK, 8 * 12 * 3
    try:
        assert read(path).sums == pytest.approx(whole.sums)
    finally:
        _h5ad._BLOCK = saved


@pytest.mark.parametrize(("obs", "hint"), [
    ({"perturbation": LABELS, "target": LABELS[::-1]}, "could stand in 'target' or in 'perturbation', which differ"),
    ({"perturbation": renamed({"A+B": "A_B_C"}), "nperts": [2 if x == "A+B" else 1 for x in LABELS]},
     "1 combinations cannot be taken apart at '_'"),
    ({"perturbation": renamed({"A": "A+"})}, "has an empty part"),
    ({"perturbation": renamed({"control": "wild type"})}, "no control cells"),
    ({"guide": LABELS}, "no column of perturbations"),
    ({"perturbation": [None if x == "A" else x for x in LABELS]}, "8 of 40 cells have no value"),
])
def test_what_is_ambiguous_is_refused(obs: dict[str, Any], hint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=hint.replace("+", r"\+").replace("'_'", "'_'")):
        read(write(tmp_path / "t.h5ad", obs))


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "t.h5ad", {"perturbation": LABELS})
    for columns, hint in ((Columns(perturbation="x"), "--perturbation-column"), (Columns(context="x"), "--context"),
                          (Columns(control="x"), "--control")):
        with pytest.raises(InputError, match=hint):
            read(path, columns=columns)
