"""Screens: pathways, families, contexts and combinations, counted by hand; gene names that match nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.exposure import cells, measure, own_concepts

LABELS = [("KLF1", "a"), ("KLF1", "b"), ("KLF4+MAPK1", "a"), ("MAPK1+KLF4", "b"), ("TP53", "a"), ("control", "a")]


def screen(path: Path, labels: list[tuple[str, str]], cells_each: int = 3) -> Path:
    """An h5ad with some cells of each label."""
    import anndata
    import pandas as pd

    names = [pair for pair in labels for _ in range(cells_each)]
    obs = pd.DataFrame({"perturbation": [n for n, _ in names], "cell_type": [c for _, c in names]},
                       index=[f"cell{i}" for i in range(len(names))])
    var = pd.DataFrame(index=["KLF1", "KLF4", "MAPK1", "TP53"])
    anndata.AnnData(np.zeros((len(names), 4), dtype=np.float32), obs=obs, var=var).write_h5ad(path)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screen(tmp_path_factory.mktemp("screen") / "s.h5ad", LABELS)


def counts(path: Path, **files: Any) -> dict[str, tuple[int, int]]:
    more = own_concepts.read("perturbation", **files)
    found = measure.exposure(path, measure.wanted("perturbation", more=more))
    assert found.corpus.unit == "perturbations"
    return {r.concept: (r.occurrences, r.distinct_contexts) for r in found.rows}


def test_counted_by_hand(small: Path) -> None:
    found = counts(small)
    assert found["KLF"] == (4, 2), "KLF1 twice, KLF4 in the pair twice: two different labels"
    assert found["KLF4+MAPK1"] == (2, 1), "the order of a pair does not matter"
    assert found["a"] == (3, 3) and found["b"] == (2, 2)
    assert "MAPK" not in found, "one member is no family"


def test_sets_and_complexes(small: Path, tmp_path: Path) -> None:
    (tmp_path / "sets.gmt").write_text("pathway\tx\tklf4\tTP53\nabsent\tx\tGATA1\n")
    found = counts(small, gene_sets=tmp_path / "sets.gmt")
    assert found["pathway"] == (3, 2) and found["absent"] == (0, 0)


def test_families_of_forms(small: Path) -> None:
    found = measure.exposure(small, measure.wanted("perturbation"))
    family = {f.family: f for f in found.families}
    assert family["combinations"].forms == 6 and family["combinations"].met == 1
    assert family["targets"].met == 4 and family["targets"].forms is None
    assert family["targets"].new_at["10x"].median is None
    assert "too small" in (family["targets"].new_at["10x"].reason or "")


@pytest.mark.parametrize(("genes", "kind"), [("ENSG00000141510\tENSG00000000005", "Ensembl"), ("7157\t1956", "Entrez"),
                                             ("EGFR\tMYC", "symbol")])
def test_names_that_match_nothing(small: Path, tmp_path: Path, genes: str, kind: str) -> None:
    (tmp_path / "sets.gmt").write_text(f"s\tx\t{genes}\n")
    with pytest.raises(InputError, match=f"seem to use {kind} names .* the file symbol names"):
        counts(small, gene_sets=tmp_path / "sets.gmt")


def test_namings() -> None:
    assert cells.naming(["ENSMUSG00000059552"]) == "Ensembl" and cells.naming(["7157", "12"]) == "Entrez"
    assert cells.naming(["TP53", "1956", "MYC"]) == "symbol" and cells.naming([]) == "none"


def test_nothing_perturbed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no perturbed cell"):
        counts(screen(tmp_path / "c.h5ad", [("control", "a")]))


def test_no_screen_at_all(tmp_path: Path) -> None:
    (tmp_path / "x.h5ad").write_text("hello")
    with pytest.raises(InputError, match=r"expected an \.h5ad file"):
        counts(tmp_path / "x.h5ad")


def test_gene_sets_without_genes(tmp_path: Path) -> None:
    (tmp_path / "s.gmt").write_text("name\tdescription\n")
    with pytest.raises(InputError, match="a gene set has a name"):
        own_concepts.read("perturbation", gene_sets=tmp_path / "s.gmt")


def test_a_real_screen(shared_data: Path) -> None:
    """33 conditions of Norman 2019 in one line, 9 kinases of McFaline 2023 in three: 60 perturbations."""
    path = shared_data / "perturbation" / "perturbench_devel" / "devel.h5ad"
    found = measure.exposure(path, measure.wanted("perturbation"))
    assert (found.corpus.size, found.corpus.records) == (60, 5561)
    got = {r.concept: r.occurrences for r in found.rows}
    assert [got[c] for c in ("k562", "A172", "T98G", "U87MG")] == [33, 9, 9, 9]
    assert sum("+" in name for name in got) == 15


def test_two_screens_side_by_side(small: Path, tmp_path: Path) -> None:
    """A context that only one of them has was met 0 times in the other."""
    other = screen(tmp_path / "o.h5ad", [("TP53", "z"), ("KLF1", "z")])
    found = measure.compare(small, other, measure.wanted("perturbation"))
    assert {s.skill for s in found.skills} >= {"perturbation/new-cell-type", "perturbation/adding"}
