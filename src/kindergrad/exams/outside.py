"""Exams for models that cannot be installed here: questions out to a file, a check of the answers that come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import questions
from kindergrad.core.errors import InputError
from kindergrad.core.names import Readout
from kindergrad.exams import material, readouts, run, sit

_SHOWN = 3  # names given as examples of what is wrong
ASKED, TRAINING = "asked", "training"


def export(ready: run.Prepared) -> list[dict[str, Any]]:
    """A row for every question of a study that was prepared with probes, and for every training item of these.

    Columns: ``item_id`` (the same question has the same), ``readout``, ``part`` (``asked``, or ``training`` with a
    ``label``), ``skill`` that asks first, ``context``, ``target``. A pseudo-likelihood answers the questions of the
    readout ``likelihood``. Nothing true of the asked items is in it.
    """
    out: dict[tuple[str, str, str], dict[str, Any]] = {}
    for key, (assessment, level, _) in ready.materials.items():
        made = material.load(ready.store.cache / f"{key}.npz")
        for readout in (Readout.LIKELIHOOD, Readout.PROBE):
            if readout not in readouts.offered(assessment):
                continue
            ear = _Ear(readout, assessment.curve(level))
            train = None if made.train is None else sit.first(made.train, sit.PROBE_ITEMS)
            readouts.put(ear, assessment, readout, made.items, train)
            for row in ear.rows:
                out.setdefault((row["readout"], row["part"], row["item_id"]), row)
    return list(out.values())


def check(answered: Mapping[Readout, Mapping[str, float]], asked: Iterable[Mapping[str, Any]]) -> None:
    """Refuse answers that are not exactly those that were asked for, readout by readout.

    Raises
    ------
    InputError
        With the number of missing and of extra answers, and examples.
    """
    names: dict[str, dict[str, None]] = {}
    for row in asked:
        if row["part"] == ASKED:
            names.setdefault(row["readout"], {})[row["item_id"]] = None
    for readout, given in answered.items():
        basis = Readout.LIKELIHOOD if readout is Readout.PSEUDO_LIKELIHOOD else readout
        wanted = names.get(basis.value, {})
        missing = [name for name in wanted if name not in given]
        extra = [name for name in given if name not in wanted]
        if missing or extra:
            raise InputError(f"readout {readout.value}: {len(wanted):,} answers were expected, {len(given):,} given; "
                             f"{_told(missing, 'are missing')}; {_told(extra, 'were not asked for')}; are these the "
                             "items of this study (kindergrad export --items)?")


def _told(names: Sequence[str], what: str) -> str:
    examples = f" (such as {', '.join(names[:_SHOWN])})" if names else ""
    return f"{len(names):,} {what}{examples}"


class _Ear:
    """An engine that only writes down what it is asked; its answers differ from each other and mean nothing."""

    def __init__(self, readout: Readout, skill: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self._of, self._set = {"readout": readout.value, "skill": skill}, ""

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        names = [questions.likelihood(c, t) for c, t in zip(context, target, strict=True)]
        return self._note(names, ASKED, context, target)

    def fit(self, sequences: Sequence[str], labels: NDArray[np.int64]) -> None:
        self._set = questions.training(sequences, labels.tolist())
        names = [questions.decision(f"{self._set}-{i}", text) for i, text in enumerate(sequences)]
        self._note(names, TRAINING, [""] * len(sequences), sequences)
        for row, label in zip(self.rows[-len(sequences) :], labels.tolist(), strict=True):
            row["label"] = int(label)

    def decide(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        names = [questions.decision(self._set, text) for text in sequences]
        return self._note(names, ASKED, [""] * len(sequences), sequences)

    def _note(self, names: Sequence[str], part: str, context: Sequence[str], target: Sequence[str]
              ) -> NDArray[np.float64]:
        for name, before, text in zip(names, context, target, strict=True):
            self.rows.append({"item_id": name, **self._of, "part": part, "context": before, "target": text,
                              "label": None})
        return -np.array([int(name[:6], 16) / 2**24 for name in names], dtype=np.float64)
