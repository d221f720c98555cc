"""The field's metrics by hand, and the same numbers as cell-eval where that is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kindergrad.exams.score_response_field import discrimination, metrics


def made(seed: int = 0, n: int = 9, genes: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = 1.0 + rng.normal(size=(n, genes))
    return truth + rng.normal(size=(n, genes)), truth, rng.normal(size=genes)


@pytest.mark.parametrize("metric", ["l1", "l2", "cosine"])
def test_discrimination_by_hand(metric: str) -> None:
    said, true, _ = made()
    targets = np.array([-1, 3, 5, 3, -1, 0, 29, 1, 2])
    found = discrimination(said, true, targets, metric)
    for p in range(9):
        keep = np.arange(30) != targets[p]
        x, y = said[p, keep], true[:, keep]
        far = {"l1": np.abs(y - x).sum(1), "l2": ((y - x) ** 2).sum(1),
               "cosine": 1 - y @ x / np.linalg.norm(y, axis=1) / np.linalg.norm(x)}[metric]
        assert found[p] == pytest.approx(1.0 - (far < far[p]).sum() / 9)


def test_metrics_by_hand() -> None:
    said, true, control = made()
    found = metrics(said, true, control, own_controls=control + 0.5)
    assert found["mse"] == pytest.approx(((said - true) ** 2).mean(axis=1))
    assert found["mae_delta"] == pytest.approx(np.abs(said - true - 0.5).mean(axis=1))
    assert found["pearson_delta"][0] == pytest.approx(np.corrcoef(said[0] - control - 0.5, true[0] - control)[0, 1])


@pytest.mark.filterwarnings("ignore:the string cache:DeprecationWarning")  # of polars, by cell-eval
def test_same_numbers_as_cell_eval(tmp_path: Path) -> None:
    """All metrics that both have, per perturbation, on cells with controls of their own."""
    cell_eval = pytest.importorskip("cell_eval", reason="extra 'cells'")
    import anndata as ad
    import pandas as pd

    rng = np.random.default_rng(0)
    names = np.repeat(["control", *[f"G{i}" for i in range(8)]], 20)
    var = pd.DataFrame(index=[f"G{i}" for i in range(50)])
    tables = [ad.AnnData(np.log1p(rng.gamma(1.0, 2.0, (len(names), 50))).astype(np.float64),
                         obs=pd.DataFrame({"target": names}, index=[f"c{i}" for i in range(len(names))]), var=var)
              for _ in range(2)]
    evaluator = cell_eval.MetricsEvaluator(*tables, control_pert="control", pert_col="target", num_threads=1,
                                           skip_de=True, outdir=str(tmp_path))
    theirs, _ = evaluator.compute(profile="anndata", write_csv=False,
                                  skip_metrics=["clustering_agreement", "pearson_edistance"])
    labels = theirs["perturbation"].to_list()
    said, true = (np.stack([table.X[names == label].mean(axis=0) for label in labels]) for table in tables)
    own, control = (table.X[names == "control"].mean(axis=0) for table in tables)
    ours = metrics(said, true, control, own_controls=own, targets=np.array([int(label[1:]) for label in labels]))
    assert len(ours) == 8
    for name, values in ours.items():
        assert values == pytest.approx(theirs[name].to_numpy(), abs=1e-6), name
