"""Worlds of measured sequences: what they hold, that training and scored rows are apart, that draws never change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain
from kindergrad.exams import build, catalogue
from kindergrad.testing import check_world
from kindergrad.worlds import (
    _measured,
    dream_yeast,
    exon_classifier,
    mpra_satmut,
    mpsa,
    phage_designs,
    protein_scans,
    splice_uci,
)
from kindergrad.worlds._measured import Measured, Table

WORLDS = sorted(name for name, module in build.known().items()
                if hasattr(module, "DATA") and getattr(module, "DOMAIN", Domain.GENOMICS) is Domain.GENOMICS)


@cache
def world(name: str, data: Path) -> Measured:
    return build.named(name, 0, data=data)  # type: ignore[return-value]


def toy(n: int = 12) -> Measured:
    text = np.array([f"{'ACGT'[i % 4]}{'ACGT'[i // 4 % 4]}ACCGTA" for i in range(n)])
    table = Table(asked={"context": _measured.blank(n), "target": text}, train=np.arange(n) % 3 == 0,
                  truth={"value": np.arange(n, dtype=float), "cluster": text, "group": np.array(["a", "b"])[
                      np.arange(n) % 2]})
    return Measured(id="toy", sentence="a toy", source="nowhere", tables={"things": {"all": table}})


def test_there_is_a_world_for_each_set_of_sequences() -> None:
    assert set(WORLDS) >= {"dream_yeast", "mpra_satmut", "mpsa", "phage_designs", "protein_scans", "splice_uci"}


@pytest.mark.parametrize("name", [n for n in WORLDS if n != "phage_designs"])
def test_world_keeps_the_contract(name: str, shared_data: Path) -> None:
    check_world(world(name, shared_data), again=build.named(name, 0, data=shared_data))


@pytest.mark.parametrize("name", WORLDS)
def test_no_scored_text_trains(name: str, shared_data: Path) -> None:
    made = world(name, shared_data)
    for levels in made.tables.values():
        for table in levels.values():
            texts = ["|".join(map(str, np.ravel(row))) for row in zip(*table.asked.values(), strict=True)]
            train = {t for t, flag in zip(texts, table.train, strict=True) if flag}
            scored = {t for t, flag in zip(texts, table.train, strict=True) if not flag}
            assert scored and not train & scored


def test_rows_are_drawn_once_groups_take_turns_and_the_first_never_change() -> None:
    table = toy(40).table("things")
    some, more = table.items(10, 3, "x"), table.items(100, 3, "x")
    assert some.asked["target"].tolist() == more.asked["target"][:10].tolist()
    assert len(set(more.truth["value"])) == len(more) == 26
    assert more.skipped == {"the set has no more rows": 74}
    assert (some.truth["group"].reshape(5, 2) == ["a", "b"]).all()
    assert table.items(10, 4, "x").digest != some.digest


def test_training_part_and_corpus() -> None:
    made = toy()
    assert made.training.table("things").train.all() and not made.table("things").train.any()
    assert made.training.digest != made.digest
    train = set(made.training.table("things").asked["target"])
    assert set(made.corpus(0)) == train and made.corpus(1) != made.corpus(0)
    assert made.size == sum(map(len, train))
    assert made.split.train == ("a: training rows", "b: training rows")
    none = Measured(id="toy", sentence="", source="", tables={"things": {"all": made.table("things")}}, part="train")
    with pytest.raises(InputError, match="no train rows for things"):
        none.table("things")


def test_pairs_of_splice_sites_differ_in_one_letter(shared_data: Path) -> None:
    table = world("mpsa", shared_data).table("pairs")
    old, new = table.asked["original"], table.asked["target"]
    assert all(sum(a != b for a, b in zip(x, y, strict=True)) == 1 for x, y in zip(old[:500], new[:500], strict=True))
    known = dict(zip(world("mpsa", shared_data).table("sites").asked["target"],
                     world("mpsa", shared_data).table("sites").truth["value"], strict=True))
    assert all(known[x] == v for x, v in zip(new[:500], table.truth["after"][:500], strict=True))


def test_changes_stand_where_they_were_made(shared_data: Path) -> None:
    """The windows rebuilt from the changes are the reference sequences."""
    reference = _measured.csv(shared_data / "genomics" / "mpra_satmut", "reference_windows_GRCh38.csv")
    whole = dict(zip(reference["element"], reference["sequence"], strict=True))
    table = world("mpra_satmut", shared_data).table("changes")
    assert set(table.truth["group"]) == set(mpra_satmut.TWICE)
    for i in range(0, len(table.train), 97):
        around = str(table.asked["context"][i]) + str(table.asked["original"][i])
        assert around in whole[table.truth["group"][i]]
        assert sum(a != b for a, b in zip(table.asked["original"][i], table.asked["target"][i], strict=True)) == 1


def test_proteins_are_written_with_one_codon_each(shared_data: Path) -> None:
    from Bio.Seq import translate

    assert all(translate(codon) == amino for amino, codon in protein_scans.CODONS.items())
    tables = world("protein_scans", shared_data).tables["proteins"]
    assert {level: len(str(t.asked["target"][0])) // 3 for level, t in tables.items()} == {
        "amyloid": 42, "tdp43": 84, "gb1": 55}
    assert all("*" not in translate(str(t.asked["target"][0])) for t in tables.values())
    assert "error" not in tables["gb1"].truth and (tables["amyloid"].truth["error"] > 0).all()


def test_noise_of_promoters_is_told_by_their_expression(shared_data: Path) -> None:
    pairs = dream_yeast._json(shared_data / "genomics" / "dream_yeast", "SNVs_exp_indices.json")
    low, middle, high = dream_yeast.Noise(pairs).of(np.array([-1.1, 0.2, 1.5]))
    assert 0.03 < high < low < middle < 0.15


def test_dead_designs_are_like_the_living_one_beside_them(shared_data: Path) -> None:
    table = world("phage_designs", shared_data).table("genomes")
    assert table.asked["target"].shape == (64, 4)
    assert len(set(table.truth["cluster"])) == 16
    true = table.truth["true"]
    assert np.bincount(true).tolist() == [16] * 4, "the place of the living one tells nothing"
    for name, most in (("normal_length", 150.0), ("likeness", 0.15)):
        own = np.take_along_axis(table.truth[name], true[:, None], axis=1)
        assert np.median(np.abs(table.truth[name] - own)) < most, name
    other = phage_designs.make(1, shared_data / "genomics" / "phix174")
    assert other.digest != world("phage_designs", shared_data).digest


def test_junctions_are_kept_once_and_families_together(shared_data: Path) -> None:
    made = world("splice_uci", shared_data)
    table = made.tables["windows"]["all"]
    assert len(set(table.asked["target"].tolist())) == len(table.train) == 3000
    family = splice_uci.families(["A" * 10 + "C" * 20, "C" * 20 + "G" * 10, "T" * 30])
    assert family[0] == family[1] != family[2]
    label, text = splice_uci.distinct(np.array(["n", "n", "ei", "ie"]), np.array(["A", "A", "C", "C"]))
    assert (label.tolist(), text.tolist()) == (["n"], ["A"]), "a window with two labels is left out"
    streams = [np.random.default_rng(i) for i in range(20)]
    for level, letters in (("donor", "GT"), ("acceptor", "AG")):
        offered = made.splice_sites(streams, level, 29, 3)  # type: ignore[attr-defined]
        assert {t[offered.middle : offered.middle + 2] for t in offered.texts.ravel()} == {letters}
        assert offered.ideal is None and all(len(set(row)) == 4 for row in offered.texts)


def test_lists_of_promoters_hold_different_ones_with_their_noise(shared_data: Path) -> None:
    streams = [np.random.default_rng(i) for i in range(12)]
    drawn = world("dream_yeast", shared_data).activities(streams, 8, 1.0)
    assert drawn.texts.shape == drawn.values.shape == drawn.noise["error"].shape == (12, 8)
    assert all(len(set(row)) == 8 for row in drawn.texts.tolist()) and drawn.ideal is None
    lac = world("sortseq_lac", shared_data).activities(streams, 8, 1.0)
    assert (lac.values >= 0).all() and (lac.values <= 9).all() and not lac.noise


def test_missense_changes_of_a_row_are_of_one_kind(shared_data: Path) -> None:
    streams = [np.random.default_rng(i) for i in range(40)]
    made = world("brca1_sge", shared_data)
    sets = made.missense(streams, 3, (0.0, 0.0))  # type: ignore[attr-defined]
    for row in range(40):
        kinds = {(str(a)[0], str(b)[0]) for a, b in zip(sets.original[row], sets.changed[row], strict=True)}
        assert len(kinds) == 1
        assert all(a[1:] == b[1:] for a, b in zip(sets.original[row], sets.changed[row], strict=True))
    assert sets.harm is None
    assert (sets.columns["replicate"][:, 0] > sets.columns["replicate"][:, 1:].mean(axis=1)).mean() > 0.95
    assert sets.columns["distance"][:, 0].mean() > sets.columns["distance"][:, 1:].mean()


def test_double_changes_close_and_additive_values_have_none(shared_data: Path) -> None:
    made = world("mpsa", shared_data)
    drawn = made.double_changes([np.random.default_rng(0)], "pairs", 30)  # type: ignore[attr-defined]
    for none, left, right, both in drawn.texts[0]:
        assert sum(a != b for a, b in zip(none, left, strict=True)) == 1
        assert sum(a != b for a, b in zip(none, right, strict=True)) == 1
        assert sum(a != b for a, b in zip(none, both, strict=True)) == 2
    weight = np.array([[0.3 * "ACGT".index(c) * i for i, c in enumerate(text)] for text in drawn.texts.ravel()])
    additive = weight.sum(axis=1).reshape(drawn.measured.shape)
    assert np.abs(additive @ np.array([1.0, -1.0, -1.0, 1.0])).max() < 1e-9
    assert np.corrcoef(drawn.value[0], drawn.columns["replicate"][0])[0, 1] > 0


def test_double_changes_of_a_protein_stand_beside_their_single_ones(shared_data: Path) -> None:
    made = world("protein_scans", shared_data)
    drawn = made.double_changes([np.random.default_rng(0)], "pairs", 200)  # type: ignore[attr-defined]
    codons = np.array([[[t[i : i + 3] for i in range(0, len(t), 3)] for t in row] for row in drawn.texts[0].tolist()])
    none, left, right, both = np.moveaxis(codons, 1, 0)
    assert ((left != none).sum(axis=1) == 1).all() and ((right != none).sum(axis=1) == 1).all()
    assert ((both != none).sum(axis=1) == 2).all()
    assert (both == np.where(left != none, left, right)).all()
    total = drawn.measured[0, :, 1] + drawn.measured[0, :, 2]
    assert abs(np.corrcoef(total, drawn.value[0])[0, 1]) < 0.2 < np.corrcoef(total, drawn.measured[0, :, 3])[0, 1]
    trained = made.training.double_changes([np.random.default_rng(0)], "pairs", 3000)  # type: ignore[attr-defined]
    assert not set(drawn.texts[0, :, 3]) & set(trained.texts[0, :, 3])


@pytest.mark.parametrize("module", [mpsa, mpra_satmut, protein_scans, dream_yeast, phage_designs, splice_uci,
                                    exon_classifier])
def test_a_folder_without_the_files_is_refused(module: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no"):
        module.make(0, tmp_path)  # type: ignore[attr-defined]


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1\n")
    with pytest.raises(InputError, match="cannot read"):
        _measured.csv(tmp_path, "x.csv")


def test_every_exam_on_a_public_set_names_it() -> None:
    for found in catalogue.assessments().values():
        if found.world in WORLDS:
            assert catalogue.data_set(found)
