"""Screens: pathways, families, contexts and combinations, counted by hand; gene names that match nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain
from kindergrad.core.seeds import stream
from kindergrad.exposure import cells, measure, own_concepts
from kindergrad.syllabus.skills import syllabus

LABELS = [("KLF1", "a"), ("KLF1", "b"), ("KLF4+MAPK1", "a"), ("MAPK1+KLF4", "b"), ("TP53", "a"), ("control", "a")]


def screen(path: Path, labels: list[tuple[str, str]], cells_each: int = 3, context: str = "cell_type") -> Path:
    """An h5ad with some cells of each label."""
    import anndata
    import pandas as pd

    names = [pair for pair in labels for _ in range(cells_each)]
    obs = pd.DataFrame({"perturbation": [n for n, _ in names], context: [c for _, c in names]},
                       index=[f"cell{i}" for i in range(len(names))])
    var = pd.DataFrame(index=["KLF1", "KLF4", "MAPK1", "TP53"])
    anndata.AnnData(np.zeros((len(names), 4), dtype=np.float32), obs=obs, var=var).write_h5ad(path)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screen(tmp_path_factory.mktemp("screen") / "s.h5ad", LABELS)


def looked(path: Path, **files: Any) -> ExposureAnswer:
    found = measure.exposure(path, measure.wanted("perturbation", more=own_concepts.read("perturbation", **files)))
    assert found.corpus.unit == "perturbations"
    assert {r.skill for r in found.rows} <= set(syllabus(Domain.PERTURBATION)), "each row is of a skill that there is"
    return found


def counts(path: Path, **files: Any) -> dict[str, tuple[int, int]]:
    return {r.concept: (r.occurrences, r.distinct_contexts) for r in looked(path, **files).rows}


def test_counted_by_hand(small: Path) -> None:
    found = counts(small)
    assert found["KLF"] == (4, 2), "KLF1 twice, KLF4 in the pair twice: two different labels"
    assert found["KLF4+MAPK1"] == (2, 1), "the order of a pair does not matter"
    assert found["a"] == (3, 3) and found["b"] == (2, 2)
    assert "MAPK" not in found, "one member is no family"
    assert found["a perturbation"] == (5, 3), "KLF1 twice, the pair twice, TP53 once: three different labels"
    assert found["a pair, each gene alone as well"] == (0, 0), "neither KLF4 nor MAPK1 was perturbed alone"
    assert found["three genes or more"] == (0, 0)


def test_each_row_belongs_to_the_skill_that_it_teaches(small: Path) -> None:
    of = {r.concept: r.skill for r in looked(small).rows}
    assert of["KLF"] == "perturbation/relative" and of["KLF4+MAPK1"] == "perturbation/additive-pair"
    assert of["a"] == "perturbation/new-cell-type" and of["three genes or more"] == "perturbation/three-at-once"


def test_a_pair_beside_its_genes_alone(tmp_path: Path) -> None:
    """The interaction of a pair can be told only where both genes were perturbed alone in the same context."""
    path = screen(tmp_path / "x.h5ad", [*((g, "a") for g in ("KLF1", "KLF4", "KLF1+KLF4")), ("KLF1+KLF4", "b"),
                                        ("KLF1+KLF4+TP53", "b")])
    found = counts(path)
    assert found["a pair, each gene alone as well"] == (1, 1) and found["KLF1+KLF4"] == (2, 1)
    assert found["KLF1+KLF4+TP53"] == (1, 1)


def test_donors_are_no_cell_types(tmp_path: Path) -> None:
    path = screen(tmp_path / "d.h5ad", [("KLF1", "anna"), ("KLF1", "bert"), ("control", "anna")], context="donor")
    found = looked(path)
    assert {r.concept for r in found.rows if r.skill == "perturbation/new-donor"} == {"anna", "bert"}
    assert found.not_looked_for["perturbation/new-cell-type: contexts"] == "its contexts are donors"


def test_targets_under_names_that_were_not_measured(tmp_path: Path) -> None:
    found = looked(screen(tmp_path / "n.h5ad", [("ENSG00000141510", "a"), ("control", "a")]))
    assert any("targets seem to use Ensembl names" in note and "symbol names" in note for note in found.corpus.notes)
    assert {r.concept: r.occurrences for r in found.rows}["a target that is measured"] == 0


def test_sets_and_complexes(small: Path, tmp_path: Path) -> None:
    (tmp_path / "sets.gmt").write_text("pathway\tx\tklf4\tTP53\nabsent\tx\tGATA1\n")
    found = counts(small, gene_sets=tmp_path / "sets.gmt")
    assert found["pathway"] == (3, 2) and found["absent"] == (0, 0)
    assert found["two of pathway"] == (0, 0), "no perturbation hits both"
    (tmp_path / "sets.gmt").write_text("complex\tx\tKLF4\tMAPK1\tGATA1\n")
    found = counts(small, gene_sets=tmp_path / "sets.gmt")
    assert found["complex"] == found["two of complex"] == (2, 1)


def test_sets_against_a_slow_count(tmp_path: Path) -> None:
    rng = stream(0, "sets")
    genes = [f"G{chr(65 + i)}" for i in range(12)]
    labels = sorted({("+".join(rng.choice(genes, size=rng.integers(1, 4), replace=False)), "a") for _ in range(40)})
    own = cells.read(screen(tmp_path / "x.h5ad", labels, 1))
    for _ in range(20):
        chosen = [str(g).lower() for g in rng.choice(genes, size=4, replace=False)]
        for at_once in (1, 2):
            slow = [i for i, s in enumerate(own.shown) if sum(g.lower() in chosen for g in s.genes) >= at_once]
            assert own.of(chosen, at_once).tolist() == slow


def test_families_of_forms(small: Path) -> None:
    found = measure.exposure(small, measure.wanted("perturbation"))
    family = {f.family: f for f in found.families}
    assert family["pairs"].forms == 6 and family["pairs"].met == 1
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


@pytest.mark.parametrize(("text", "said"), [("name\tdescription\n", "a gene set has a name"),
                                            ("\n", "is empty; expected a GMT file"),
                                            ("a\tx\tTP53\na\tx\tMYC\n", "line 2: the gene set 'a' stands twice")])
def test_gene_sets_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "s.gmt").write_text(text)
    with pytest.raises(InputError, match=said):
        own_concepts.read("perturbation", gene_sets=tmp_path / "s.gmt")


def test_a_real_screen(shared_data: Path) -> None:
    """33 conditions of Norman 2019 in one line, 9 kinases of McFaline 2023 in three: 60 perturbations."""
    path = shared_data / "perturbation" / "perturbench_devel" / "devel.h5ad"
    found = measure.exposure(path, measure.wanted("perturbation"))
    assert (found.corpus.size, found.corpus.records) == (60, 5561)
    got = {r.concept: r.occurrences for r in found.rows}
    assert [got[c] for c in ("k562", "A172", "T98G", "U87MG")] == [33, 9, 9, 9]
    assert sum("+" in name for name in got) == 15
    assert got["a pair, each gene alone as well"] == 5, "as the notes on this fixture say of its doubles"
    assert got["a target that is measured"] < 5, "33 of the targets are not on the panel of 500 genes"


def test_two_screens_side_by_side(small: Path, tmp_path: Path) -> None:
    """A context that only one of them has was met 0 times in the other."""
    other = screen(tmp_path / "o.h5ad", [("TP53", "z"), ("KLF1", "z")])
    found = measure.compare(small, other, measure.wanted("perturbation"))
    assert {s.skill for s in found.skills} >= {"perturbation/new-cell-type", "perturbation/epistasis"}
