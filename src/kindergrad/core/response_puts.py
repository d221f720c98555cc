"""Put questions about responses to an engine: the only lines of a perturbation exam that touch one.

Columns that are asked: those of a condition (``perturbation``, ``context``, ``dose``, ``batch``), of shape (n,) or
(n, candidates), and where only some genes are asked about, ``gene``: their places in the panel, shape (n, asked).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import ChooseNext, DrawCells, PredictResponse, RankEdges, checked
from kindergrad.core.responses import Condition, conditions

Floats = NDArray[np.float64]
Asked = Mapping[str, NDArray[Any]]

CELLS = 400
"""Cells that an engine draws of each condition."""
QUANTILES = np.arange(0.05, 1.0, 0.05)


def put_response(engine: PredictResponse, asked: Asked) -> Floats:
    """The predicted response, shape (n, genes), or (n, asked) where only some genes are asked about.

    Where ``perturbation`` has the shape (n, asked), each of these conditions is read at its own gene.
    """
    return _read(responses(engine, conditions(asked)), asked)


def put_strength(engine: PredictResponse, asked: Asked) -> Floats:
    """Size (Euclidean norm) of the predicted response of each candidate, shape (n, candidates)."""
    found = responses(engine, conditions(asked))
    return np.asarray(np.sqrt((found**2).sum(axis=1)).reshape(asked["perturbation"].shape))


def put_interaction(engine: PredictResponse, asked: Asked) -> Floats:
    """What the predicted response of a combination has beyond those of smaller ones, shape as of :func:`put_response`.

    Of a pair: its own minus those of both genes. Of a triple: its own minus those of its pairs plus those of its genes.
    """
    whole = conditions(asked)
    found = responses(engine, whole)
    for k in range(len(whole[0].parts)):
        rest = [c._replace(perturbation=_without(c, k)) for c in whole]
        alone = responses(engine, [c.alone()[k] for c in whole])
        found = found - responses(engine, rest) if len(whole[0].parts) == 3 else found
        found = found + alone if len(whole[0].parts) == 3 else found - alone
    return _read(found, asked)


def put_match(engine: PredictResponse, asked: Asked) -> Floats:
    """How well each candidate explains an observed profile, shape (n, candidates): log odds of a Gaussian match.

    Columns: ``profile``, shape (n, genes); ``ignored``, shape (n, genes), 1 for genes that do not count; ``width``,
    shape (n,), squared distance that costs half a nat.
    """
    shape = asked["perturbation"].shape
    return match(responses(engine, conditions(asked)).reshape(*shape, -1), asked)


def match(found: Floats, asked: Asked) -> Floats:
    """What :func:`put_match` returns, for responses of the candidates, shape (n, candidates, genes)."""
    away = (found - asked["profile"][:, None, :]) * (1 - asked["ignored"][:, None, :])
    return np.asarray(-0.5 * (away**2).sum(axis=2) / asked["width"][:, None])


def put_correlations(engine: DrawCells, asked: Asked) -> Floats:
    """Correlation of pairs of genes among cells that the engine draws, shape (n, pairs).

    Columns besides those of a condition: ``gene`` and ``other``, places in the panel, shape (n, pairs).
    """
    wanted = conditions(asked)
    tables = {c: _correlation(_cells(engine, c)) for c in sorted(set(wanted))}
    return np.stack([tables[c][g, o] for c, g, o in zip(wanted, asked["gene"], asked["other"], strict=True)])


def put_quantiles(engine: DrawCells, asked: Asked) -> Floats:
    """Quantiles of the expression of some genes among cells that the engine draws, shape (n, asked, quantiles)."""
    wanted = conditions(asked)
    drawn = {c: _cells(engine, c) for c in sorted(set(wanted))}
    return np.stack([np.quantile(drawn[c][:, g], QUANTILES, axis=0).T
                     for c, g in zip(wanted, asked["gene"], strict=True)])


def put_edges(engine: RankEdges, asked: Asked) -> Floats:
    """How certain each edge is, in the shape of ``source`` and ``target``."""
    source, target = asked["source"], asked["target"]
    answers = engine.rank_edges([str(s) for s in source.flat], [str(t) for t in target.flat])
    return checked(answers, source.shape, "rank_edges")


def put_choice(engine: ChooseNext, asked: Asked) -> Floats:
    """What each candidate experiment is held worth, shape (n, candidates)."""
    return checked(engine.worth(conditions(asked)), asked["perturbation"].shape, "worth")


def responses(engine: PredictResponse, asked: list[Condition]) -> Floats:
    """Predicted responses; conditions that occur twice are asked once.

    Raises
    ------
    EngineError
        If the engine answers with the wrong number of rows or with a non-finite number.
    """
    once = sorted(set(asked))
    answers = np.asarray(engine.predict_response(once), dtype=np.float64)
    genes = answers.shape[1] if answers.ndim == 2 else 1
    row = {condition: i for i, condition in enumerate(once)}
    return checked(answers, (len(once), genes), "predict_response")[[row[c] for c in asked]]


def _read(found: Floats, asked: Asked) -> Floats:
    """Responses at the genes that are asked about, if only some are."""
    if "gene" not in asked:
        return found
    places = np.asarray(asked["gene"])
    if asked["perturbation"].ndim == 2:
        return np.asarray(found[np.arange(len(found)), places.ravel()].reshape(places.shape))
    return np.take_along_axis(found, places, axis=1)


def _cells(engine: DrawCells, condition: Condition) -> Floats:
    answers = np.asarray(engine.draw_cells([condition], CELLS, 0), dtype=np.float64)
    genes = answers.shape[-1] if answers.ndim == 3 else 1
    return np.asarray(checked(answers, (1, CELLS, genes), "draw_cells")[0])


def _correlation(cells: Floats) -> Floats:
    """Correlation of genes, 0 where one is constant, shape (genes, genes)."""
    sd = cells.std(axis=0)
    scaled = (cells - cells.mean(axis=0)) / np.where(sd > 0, sd, 1.0)
    return np.asarray(scaled.T @ scaled / len(cells))


def _without(condition: Condition, k: int) -> str:
    return "+".join(part for i, part in enumerate(condition.parts) if i != k)
