"""Predictions and truth as files: what is read, what is counted, what is refused in one line."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from response_tables import Screen, screen

from kindergrad import cli


@pytest.fixture(scope="module")
def made() -> Screen:
    return screen(3, n_genes=60, n_training=6, n_scored=8, n_cells=16, n_controls=40)


@pytest.fixture(scope="module")
def home(made: Screen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """real.h5ad, pred.h5ad (exact means) and train.txt."""
    folder = tmp_path_factory.mktemp("files")
    made.write(folder / "real.h5ad")
    write(folder / "pred.h5ad", made.scored, made.genes, made.means[made.n_training:])
    (folder / "train.txt").write_text("\n".join(made.labels[: made.n_training]))
    return folder


def write(path: Path, labels: tuple[str, ...], genes: tuple[str, ...], values: np.ndarray, column: str = "perturbation",
          **obs: list[object]) -> Path:
    import anndata as ad
    import pandas as pd

    frame = pd.DataFrame({column: list(labels), **obs}, index=[f"p{i}" for i in range(len(labels))])
    data = values.astype(np.float32) if values.dtype == np.float64 else values
    ad.AnnData(data, obs=frame, var=pd.DataFrame(index=list(genes))).write_h5ad(path)
    return path


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kindergrad", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as done:
            code = int(done.code or 0)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture
def score(call: Call, home: Path) -> Callable[..., dict]:
    """``score(pred, real=..., train=...)`` -> the answer."""

    def run(pred: Path, *more: object, real: Path | None = None, train: Path | None = None) -> dict:
        code, out, err = call("score", pred, "--truth", real or home / "real.h5ad", "--train-perturbations",
                              train or home / "train.txt", "--json", *more)
        assert code == 0, err
        return json.loads(out)

    return run


@pytest.fixture
def refused(call: Call, home: Path) -> Callable[..., str]:
    """The one line that a refusal prints."""

    def run(pred: Path | None = None, *more: object, real: Path | None = None) -> str:
        code, out, err = call("score", pred or home / "pred.h5ad", "--truth", real or home / "real.h5ad",
                              "--train-perturbations", home / "train.txt", "--json", *more)
        assert code == 2, (code, err, out)
        assert out == ""
        lines = [line for line in err.splitlines() if line.startswith("kindergrad: ")]
        assert len(lines) == 1
        return lines[0]

    return run


def plain(answer: dict) -> list[tuple[str, float | None]]:
    return [(one["skill"], one["score"]) for one in answer["skills"]]


def test_contract(score: Callable[..., dict], home: Path) -> None:
    answer = score(home / "pred.h5ad")
    assert {"skills", "r_art", "mode_collapse", "dialect"} <= set(answer)
    assert answer["dialect"] == "plain"
    for one in answer["skills"]:
        assert {"skill", "score", "stderr", "value", "floors", "ceiling", "reliability", "n_items", "n_unanswerable",
                "twins"} <= set(one)
    by = {one["skill"]: one for one in answer["skills"]}
    assert by["perturbation/stranger"]["score"] == pytest.approx(1.0, abs=0.1)


def test_terminal_text(call: Call, home: Path) -> None:
    code, out, _ = call("score", home / "pred.h5ad", "--truth", home / "real.h5ad")
    assert code == 0
    assert "r_art" in out and "no training perturbations are declared" in out and "stranger" in out


def test_without_training_only_skills_without_reference(call: Call, home: Path) -> None:
    code, out, _ = call("score", home / "pred.h5ad", "--truth", home / "real.h5ad", "--json")
    answer = json.loads(out)
    assert code == 0
    skills = {one["skill"].removeprefix("perturbation/") for one in answer["skills"]}
    assert {"recognise", "backwards", "on-target", "strong-or-weak"} <= skills
    assert not {"stranger", "nothing", "epistasis", "additive-pair"} & skills
    reasons = {one["skill"]: one["reason"] for one in answer["not_scored"]}
    assert "--train-perturbations" in reasons["perturbation/stranger"]


def test_split_column_serves_as_well(made: Screen, score: Callable[..., dict], home: Path, call: Call,
                                     tmp_path: Path) -> None:
    split = ["train" if name in made.labels[: made.n_training] else "test" for name in made.names]
    made.write(tmp_path / "split.h5ad", split=split)
    code, out, _ = call("score", home / "pred.h5ad", "--truth", tmp_path / "split.h5ad", "--json")
    assert code == 0
    listed = score(home / "pred.h5ad")
    assert [x[0] for x in plain(json.loads(out))] == [x[0] for x in plain(listed)]
    assert json.loads(out)["n_training"] == 6


@pytest.mark.parametrize("kind", ["csr", "csc", "chunked", "columns"])
def test_storage_changes_nothing(made: Screen, score: Callable[..., dict], home: Path, tmp_path: Path, kind: str
                                 ) -> None:
    import h5py
    from scipy import sparse

    path = tmp_path / "real.h5ad"
    values = made.cells.astype(np.float32)
    made.write(path, {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix}.get(kind, np.asarray)(values))
    if kind in ("chunked", "columns"):
        with h5py.File(path, "a") as file:
            attributes = dict(file["X"].attrs)
            del file["X"]
            file.create_dataset("X", data=values, chunks=(7, 60) if kind == "chunked" else (len(values), 3),
                                compression="gzip")
            file["X"].attrs.update(attributes)
    answer, dense = score(home / "pred.h5ad", real=path), score(home / "pred.h5ad")
    for (skill, a), (_, b) in zip(plain(answer), plain(dense), strict=True):
        assert a == pytest.approx(b, abs=1e-9), skill


def test_genes_in_another_order(made: Screen, score: Callable[..., dict], home: Path, tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(60)
    write(tmp_path / "p.h5ad", made.scored, tuple(made.genes[i] for i in order), made.means[6:][:, order])
    answer = score(tmp_path / "p.h5ad")
    assert plain(answer) == plain(score(home / "pred.h5ad"))
    assert any("another order" in note for note in answer["notes"])


def test_missing_genes_are_no_change_and_counted(made: Screen, score: Callable[..., dict], tmp_path: Path) -> None:
    write(tmp_path / "p.h5ad", made.scored, made.genes[:50], made.means[6:, :50])
    answer = score(tmp_path / "p.h5ad")
    assert any("10 genes of the truth are not in the prediction" in note for note in answer["notes"])


def test_too_few_common_genes(made: Screen, refused: Callable[..., str], tmp_path: Path) -> None:
    write(tmp_path / "p.h5ad", made.scored, tuple(f"ENSG{i}" for i in range(60)), made.means[6:])
    assert "holds 0 of the 60 genes" in refused(tmp_path / "p.h5ad")


def test_missing_predictions_count_as_the_floor(made: Screen, score: Callable[..., dict], home: Path, tmp_path: Path
                                                ) -> None:
    write(tmp_path / "p.h5ad", made.scored[:4], made.genes, made.means[6:10])
    answer = score(tmp_path / "p.h5ad")
    assert any("4 of 8 scored perturbations have no prediction" in note for note in answer["notes"])
    by, whole = (dict(plain(a)) for a in (answer, score(home / "pred.h5ad")))
    assert by["perturbation/stranger"] < whole["perturbation/stranger"]


def test_predictions_outside_are_counted(made: Screen, score: Callable[..., dict], home: Path, tmp_path: Path) -> None:
    """Of perturbations that the truth lacks, and of training perturbations."""
    rows = np.concatenate([made.means[6:], made.means[:2]])
    write(tmp_path / "p.h5ad", (*made.scored, "NOBODY", made.labels[0]), made.genes, rows)
    answer = score(tmp_path / "p.h5ad")
    assert any("1 predictions are of perturbations absent from the truth" in note for note in answer["notes"])
    assert any("1 predictions are of training perturbations" in note for note in answer["notes"])
    assert plain(answer) == plain(score(home / "pred.h5ad"))


def test_no_common_perturbation(made: Screen, refused: Callable[..., str], tmp_path: Path) -> None:
    write(tmp_path / "p.h5ad", tuple(f"X{i}" for i in range(8)), made.genes, made.means[6:])
    assert "predicts none of the 8 scored perturbations" in refused(tmp_path / "p.h5ad")


def test_orders_of_combinations(score: Callable[..., dict], tmp_path: Path) -> None:
    pairs = screen(5, n_genes=60, n_training=6, n_scored=6, n_cells=16, n_controls=40)
    renamed = dict(zip(pairs.scored, ("G0+G1", "G2+G3", "G4+G5", "G0+G2", "G1+G3", "G2+G5"), strict=True))
    names = np.array([renamed.get(name, name) for name in pairs.names])
    pairs._replace(names=names).write(tmp_path / "real.h5ad")
    (tmp_path / "train.txt").write_text("\n".join(pairs.labels[:6]))
    swapped = tuple("+".join(reversed(label.split("+"))) for label in renamed.values())
    write(tmp_path / "p.h5ad", swapped, pairs.genes, pairs.means[6:])
    answer = score(tmp_path / "p.h5ad", real=tmp_path / "real.h5ad", train=tmp_path / "train.txt")
    assert answer["n_predicted"] == 6
    assert {"perturbation/additive-pair", "perturbation/epistasis"} <= {one["skill"] for one in answer["skills"]}


@pytest.mark.parametrize(("change", "hint"), [
    (lambda s, x: x.__setitem__((3, 4), np.nan), "1 numbers in 1 cells are NaN or infinite (such as cells 'cell3')"),
    (lambda s, x: x.__imul__(30.0), "which are neither counts nor log1p"),
])
def test_numbers_that_cannot_be_used(made: Screen, refused: Callable[..., str], tmp_path: Path,
                                     change: Callable[[Screen, np.ndarray], object], hint: str) -> None:
    values = made.cells.astype(np.float32)
    change(made, values)
    assert hint in refused(real=made.write(tmp_path / "real.h5ad", values))


def counts_of(made: Screen) -> np.ndarray:
    return np.round(np.expm1(made.cells) / 8.0).astype(np.float32)


def test_counts_are_told_and_negative_ones_refused(made: Screen, score: Callable[..., dict], home: Path, tmp_path: Path,
                                                   refused: Callable[..., str]) -> None:
    counts = counts_of(made)
    answer = score(home / "pred.h5ad", real=made.write(tmp_path / "counts.h5ad", counts))
    assert "counts: whole numbers" in answer["read"]["truth"]
    counts[5, 5] = -1.0
    made.write(tmp_path / "negative.h5ad", counts)
    assert "whole numbers below 0" in refused(real=tmp_path / "negative.h5ad")
    assert "1 of its counts are negative" in refused(None, "--scale", "counts", real=tmp_path / "negative.h5ad")
    counts[5, 5] = 0.0
    counts[700 % len(counts), 1] += 0.5
    made.write(tmp_path / "fractions.h5ad", counts)
    assert "fractions" in refused(None, "--scale", "counts", real=tmp_path / "fractions.h5ad")


def test_whole_numbers_that_claim_to_be_logarithms(made: Screen, refused: Callable[..., str], tmp_path: Path,
                                                   score: Callable[..., dict], home: Path) -> None:
    import anndata as ad

    path = made.write(tmp_path / "real.h5ad", np.round(made.cells).astype(np.float32))
    table = ad.read_h5ad(path)
    table.uns["log1p"] = {"base": 2.0}
    table.write_h5ad(path)
    assert "yet the file says they are logarithms" in refused(real=path)
    assert "as declared" in score(home / "pred.h5ad", "--scale", "log1p", real=path)["read"]["truth"]


def test_mixed_scales(made: Screen, refused: Callable[..., str], home: Path, tmp_path: Path) -> None:
    write(tmp_path / "counts.h5ad", made.scored, made.genes, np.round(np.expm1(made.means[6:])))
    assert "mixed scales" in refused(tmp_path / "counts.h5ad")
    write(tmp_path / "delta.h5ad", made.scored, made.genes, made.means[6:] - made.control)
    assert "these look like differences" in refused(tmp_path / "delta.h5ad")
    write(tmp_path / "deep.h5ad", made.scored, made.genes, np.log1p(np.expm1(made.means[6:]) * 100.0))
    assert "mixed scales" in refused(tmp_path / "deep.h5ad")


def test_half_precision_is_counted(made: Screen, score: Callable[..., dict], home: Path, tmp_path: Path) -> None:
    write(tmp_path / "p.h5ad", made.scored, made.genes, made.means[6:].astype(np.float16))
    answer = score(tmp_path / "p.h5ad")
    assert any("half precision" in note for note in answer["notes"])
    for (skill, a), (_, b) in zip(plain(answer), plain(score(home / "pred.h5ad")), strict=True):
        assert a == pytest.approx(b, abs=0.02), skill


def test_duplicate_symbols(made: Screen, refused: Callable[..., str], tmp_path: Path) -> None:
    genes = (*made.genes[:58], "G3", "G3")
    with pytest.warns(UserWarning, match="not unique"):
        write(tmp_path / "p.h5ad", made.scored, genes, made.means[6:])
    assert "1 gene names stand more than once" in refused(tmp_path / "p.h5ad")


def test_controls_missing_or_named_otherwise(made: Screen, refused: Callable[..., str], score: Callable[..., dict],
                                             home: Path, tmp_path: Path) -> None:
    names = np.where(made.names == "control", "wild type", made.names)
    path = made._replace(names=names).write(tmp_path / "real.h5ad")
    said = refused(real=path)
    assert "no control cells" in said and "'wild type' (40 cells)" in said
    assert score(home / "pred.h5ad", "--control", "wild type", real=path)["n_scored"] == 8
    half = np.where((made.names == "control") & (np.arange(len(made.names)) % 2 == 0), "non-targeting", made.names)
    assert "several labels could be the control" in refused(real=made._replace(names=half).write(tmp_path / "two.h5ad"))
    flag = [int(i < 10) for i in range(len(made.names))]
    assert "flag and labels disagree" in refused(real=made.write(tmp_path / "flag.h5ad", control=flag))


def test_a_perturbation_in_two_parts_of_the_split(made: Screen, refused: Callable[..., str], tmp_path: Path) -> None:
    split = ["train" if i % 2 else "test" for i in range(len(made.names))]
    assert "stand in more than one part" in refused(real=made.write(tmp_path / "real.h5ad", split=split))


def test_all_scored_perturbations_stand_in_the_training_list(made: Screen, call: Call, home: Path, tmp_path: Path
                                                             ) -> None:
    (tmp_path / "all.txt").write_text("\n".join(made.labels))
    code, _, err = call("score", home / "pred.h5ad", "--truth", home / "real.h5ad", "--train-perturbations",
                        tmp_path / "all.txt")
    assert code == 2 and "keep scored perturbations out of the training list" in err


def test_training_lists_that_cannot_be_used(call: Call, home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n# nothing\n")
    (tmp_path / "strange.txt").write_text("A\nB\nC\n")
    for name, hint in (("empty.txt", "names no perturbation"), ("strange.txt", "none of the 3 training perturbations"),
                       ("absent.txt", "cannot read")):
        code, _, err = call("score", home / "pred.h5ad", "--truth", home / "real.h5ad", "--train-perturbations",
                            tmp_path / name)
        assert code == 2 and hint in err, err


class Bomb:
    """Would leave a file behind if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_pickles_are_never_opened(refused: Callable[..., str], tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.h5ad"
    bomb.write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    assert "a Python pickle, which is never opened" in refused(bomb)
    assert "a Python pickle" in refused(real=bomb)
    assert not (tmp_path / "exploded").exists()


def test_files_that_point_elsewhere(made: Screen, refused: Callable[..., str], home: Path, tmp_path: Path) -> None:
    import h5py

    path = made.write(tmp_path / "real.h5ad")
    with h5py.File(path, "a") as file:
        del file["X"]
        file["X"] = h5py.ExternalLink(str(home / "real.h5ad"), "X")
    assert "points into another file" in refused(real=path)


def test_files_that_are_no_tables(refused: Callable[..., str], home: Path, tmp_path: Path, made: Screen) -> None:
    import h5py

    (tmp_path / "text.h5ad").write_text("gene,cell\n")
    assert "no HDF5 file" in refused(tmp_path / "text.h5ad")
    with h5py.File(tmp_path / "other.h5ad", "w") as file:
        file["x"] = [1, 2]
    assert "lacks obs and var" in refused(tmp_path / "other.h5ad")
    whole = (home / "pred.h5ad").read_bytes()
    (tmp_path / "cut.h5ad").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read as h5ad" in refused(tmp_path / "cut.h5ad")
    assert "does not exist" in refused(tmp_path / "absent.h5ad")
    write(tmp_path / "labels.h5ad", made.scored, made.genes, made.means[6:], column="what")
    assert "no column of perturbations" in refused(tmp_path / "labels.h5ad")


def test_usage(call: Call, home: Path, tmp_path: Path) -> None:
    assert "no truth to score against" in call("score", home / "pred.h5ad")[2]
    assert "mean nothing for it" in call("score", home / "pred.csv", "--truth", home / "real.h5ad")[2]
    assert "mean nothing for it" in call("score", home / "pred.h5ad", "--set", "a=1")[2]
    assert "audited alone" in call("audit", home / "real.h5ad", "--label", "x")[2]


def test_pages(call: Call, home: Path, tmp_path: Path) -> None:
    code, out, _ = call("score", home / "pred.h5ad", "--truth", home / "real.h5ad", "--report", tmp_path / "score.html")
    assert code == 0 and "score.html" in out
    code, out, _ = call("audit", home / "real.h5ad", "--report", tmp_path / "audit.html", "--json")
    assert code == 0 and json.loads(out)["dialect"] == "plain"
    assert "pred.h5ad" in (tmp_path / "score.html").read_text("utf-8")
    assert "real.h5ad" in (tmp_path / "audit.html").read_text("utf-8")


def test_audit_of_cells(call: Call, home: Path, made: Screen) -> None:
    code, out, _ = call("audit", home / "real.h5ad", "--json")
    answer = json.loads(out)
    assert code == 0 and len(answer["perturbations"]) == 14
    first = answer["perturbations"][0]
    assert {"perturbation", "reliability", "n_cells", "n_controls", "answerable"} <= set(first)
    assert first["n_cells"] == 16 and first["n_controls"] == 40
    logs = {name: made.cells[made.names == name] for name in (first["perturbation"], "control")}
    from scipy import stats

    p = stats.ttest_ind(*logs.values(), equal_var=False).pvalue
    assert first["n_changed"] == (stats.false_discovery_control(p) < 0.05).sum() > 0
    code, out, _ = call("audit", home / "real.h5ad")
    assert code == 0 and "reliability below 0.2" in out
