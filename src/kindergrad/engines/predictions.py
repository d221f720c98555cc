"""Answers from a file: for models that cannot be installed beside this package.

The file has a row per question (``item_id, readout, score``); ``kindergrad export --items`` writes the questions. A
score of the readouts ``likelihood`` and ``pseudo-likelihood`` is a natural log probability; of ``probe`` it is any
number that is larger for label 1.

Shows: whatever the model that wrote the file knows.
Does not show: how the answers came about; nobody can check that here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import questions
from kindergrad.core import scale as scales
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.names import Axis, Readout
from kindergrad.core.scale import Scale

Floats = NDArray[np.float64]
READOUTS = (Readout.LIKELIHOOD, Readout.PSEUDO_LIKELIHOOD, Readout.PROBE)
COLUMNS = ("item_id", "readout", "score")


class Predictions:
    """Answers read from a CSV or Parquet file (item_id, readout, score).

    Parameters
    ----------
    path : the file.
    tokens, parameters : how large the model is (``300G``, ``7e9``); where neither is given, its scale is not known, and
        it is drawn at step 1.

    Raises
    ------
    InputError
        For a file that cannot be read, lacks a column, answers a question twice, or holds a score that is no number.
    """

    name = family = "predictions"

    def __init__(self, path: str, *, tokens: float | str | None = None, parameters: float | str | None = None) -> None:
        self._path = str(path)
        self._sizes = [Scale(axis=axis, value=scales.parse(given)) for axis, given in
                       ((Axis.TOKENS, tokens), (Axis.PARAMETERS, parameters)) if given is not None]
        self._scores = read(Path(path))
        self._set = ""
        asks: dict[Readout, dict[str, Any]] = {
            Readout.LIKELIHOOD: {"log_likelihood": self._log_likelihood},
            Readout.PSEUDO_LIKELIHOOD: {"pseudo_log_likelihood": self._pseudo},
            Readout.PROBE: {"fit": self._fit, "decide": self._decide},
        }
        for readout in self._scores:  # it can be asked what the file answers, and nothing else
            vars(self).update(asks[readout])

    def points(self) -> list[tuple[Scale, ...]]:
        """One point, of the size that was given."""
        return [tuple(self._sizes) or (Scale(axis=Axis.STEP, value=1.0),)]

    def stand_at(self, point: int) -> None:
        """There is one point only."""

    def digest(self, point: int) -> str:
        """Identity of all answers."""
        rows = sorted((r.value, name, score) for r, own in self._scores.items() for name, score in own.items())
        return questions.training([f"{r}{name}{score!r}" for r, name, score in rows], [0] * len(rows))

    @property
    def answered(self) -> Mapping[Readout, Mapping[str, float]]:
        """Scores by question, of every readout in the file."""
        return self._scores

    def _log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        return self._look_up(Readout.LIKELIHOOD, _named(context, target))

    def _pseudo(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        return self._look_up(Readout.PSEUDO_LIKELIHOOD, _named(context, target))

    def _fit(self, sequences: Sequence[str], labels: NDArray[np.int64]) -> None:
        self._set = questions.training(sequences, labels.tolist())

    def _decide(self, sequences: Sequence[str]) -> Floats:
        return self._look_up(Readout.PROBE, [questions.decision(self._set, text) for text in sequences])

    def _look_up(self, readout: Readout, names: Sequence[str]) -> Floats:
        known = self._scores[readout]
        missing = [name for name in dict.fromkeys(names) if name not in known]
        if missing:
            raise EngineError(f"{self._path} does not answer {len(missing):,} of {len(set(names)):,} questions, such "
                              f"as {', '.join(missing[:3])}")
        return np.array([known[name] for name in names], dtype=np.float64)


def _named(context: Sequence[str], target: Sequence[str]) -> list[str]:
    return [questions.likelihood(c, t) for c, t in zip(context, target, strict=True)]


def read(path: Path) -> dict[Readout, dict[str, float]]:
    """Scores by readout and question.

    Raises
    ------
    InputError
        As :class:`Predictions`, with counts and examples.
    """
    rows = _rows(path)
    out: dict[Readout, dict[str, float]] = {}
    twice, wrong = [], []
    for name, readout, score in rows:
        if readout not in [r.value for r in READOUTS]:
            raise InputError(f"{path}: got readout '{readout}' for item {name}; expected "
                             f"{', '.join(r.value for r in READOUTS)}")
        own = out.setdefault(Readout(readout), {})
        if name in own:
            twice.append(name)
        if score is None or not np.isfinite(score):
            wrong.append(name)
            continue
        own[name] = float(score)
    for found, what in ((twice, "answers given twice"), (wrong, "scores that are no finite number")):
        if found:
            raise InputError(f"{path}: {len(found):,} of {len(rows):,} rows are {what}, such as item "
                             f"{', '.join(found[:3])}")
    if not rows:
        raise InputError(f"{path} holds no rows; expected one per question")
    return out


def _rows(path: Path) -> list[tuple[str, str, float | None]]:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    if not path.is_file() or path.suffix not in (".csv", ".parquet"):
        raise InputError(f"no predictions at '{path}'; expected a file that ends in .csv or .parquet")
    try:
        if path.suffix == ".parquet":
            table = pyarrow.parquet.read_table(path)
        else:
            texts = pyarrow.csv.ConvertOptions(column_types={"item_id": pa.string(), "readout": pa.string(),
                                                             "score": pa.float64()})
            table = pyarrow.csv.read_csv(path, convert_options=texts)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read as predictions: {' '.join(str(error).split())}") from None
    if lacking := [name for name in COLUMNS if name not in table.column_names]:
        raise InputError(f"{path} lacks the column '{lacking[0]}'; expected {', '.join(COLUMNS)}; got "
                         f"{', '.join(table.column_names[:8])}")
    if not pa.types.is_floating(table["score"].type) and not pa.types.is_integer(table["score"].type):
        raise InputError(f"{path}: the column 'score' must hold numbers; got {table['score'].type}")
    columns = (table[name].to_pylist() for name in COLUMNS)
    return [(str(name), str(readout), score) for name, readout, score in zip(*columns, strict=True)]


ENGINES = (EngineSpec(make=Predictions, id="predictions", readouts=READOUTS),)
