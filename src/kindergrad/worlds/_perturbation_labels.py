"""Labels of perturbations: who is control, what is combined, in which dialect. Detected or asked for, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError

CONTROL = "control"
"""What every control is called from here on."""
CONTROLS = frozenset([
    "control", "controls", "ctrl", "ctl", "non-targeting", "non_targeting", "nontargeting", "non-targeting-control",
    "nt", "ntc", "negctrl", "neg_ctrl", "neg-ctrl", "negative_control", "negative-control", "safe-targeting",
    "unperturbed", "untreated", "vehicle", "dmso", "mock"])
_FLAGS = ("control", "is_control", "ctrl")
_DONORS = ("donor_id", "donor", "patient_id", "patient", "individual")
_BATCHES = ("batch", "batch_id", "gem_group", "replicate", "plate", "library", "guide_set")
_CONTEXTS = ("cell_type", "celltype", "cell_line", "context", "tissue_type", *_DONORS)
_SYMBOLS = ("feature_name", "gene_name", "gene_symbol", "gene_symbols", "symbol")


class ContextKind(StrEnum):
    """What contexts are, by the name of their column. Batches are contexts only where the user says so."""

    CELLS = "cells"
    DONOR = "donor"
    BATCH = "batch"


class Columns(NamedTuple):
    """What the user names; None where the file shall tell."""

    perturbation: str | None = None
    control: str | None = None
    context: str | None = None


class _Form(NamedTuple):
    """A dialect: the column of labels, the columns that show it, and what joins combinations."""

    name: str
    label: str
    shown_by: tuple[str, ...]
    joint: str = "+"


_FORMS = (
    _Form("scPerturb", "perturbation", ("nperts",), "_"),
    _Form("GEARS", "condition", ("condition_name",)),
    _Form("GEARS", "condition", ("dose_val",)),
    _Form("PerturBench", "condition", ("perturbation_type", "treatment")),
    _Form("CELLxGENE", "genetic_perturbation_id", ("cell_type_ontology_term_id",)),
    _Form("CELLxGENE", "perturbation", ("cell_type_ontology_term_id",)),
    _Form("cell-eval", "target", ()),
    _Form("cell-eval", "target_gene", ()),
    _Form("plain", "perturbation", ()),
    _Form("GEARS", "condition", ()),
)
"""Looked for in this order: the first whose label and whose other columns are all there."""


@dataclass(frozen=True)
class Dialect:
    """How a file was read; printed with every answer."""

    name: str
    perturbation: str
    control: str
    context: str | None
    symbols: str

    @property
    def kind(self) -> ContextKind:
        """Whether contexts are people, batches, or types of cells."""
        return ContextKind.DONOR if self.context in _DONORS else \
            ContextKind.BATCH if self.context in _BATCHES else ContextKind.CELLS

    def __str__(self) -> str:
        where = f", contexts in '{self.context}'" if self.context else ""
        return (f"{self.name}: perturbations in '{self.perturbation}', control '{self.control}'{where}, genes in "
                f"{self.symbols}")


class Labels(NamedTuple):
    """One label and one context a cell, both shape (cells,)."""

    labels: NDArray[np.str_]
    contexts: NDArray[np.str_]
    dialect: Dialect
    notes: tuple[str, ...]


def read(path: Path, obs: Any, columns: Columns, symbols: str, *, need_control: bool = True) -> Labels:
    """Label and context of every cell, combinations sorted and joined by ``+``, controls named ``control``.

    Raises
    ------
    InputError
        Where a column is missing, several columns could hold the labels and differ, or controls cannot be told.
    """
    form = _form(path, obs, columns.perturbation)
    raw = _texts(path, obs, form.label)
    context = _context_column(path, obs, columns.context)
    names, index = np.unique(raw, return_inverse=True)
    flagged = _flags(path, obs, columns.control)
    control = _control(path, names, index, flagged, columns.control, need_control)
    joint = _joints(path, obs, form, names, index)
    clean = [CONTROL if name in control else _combination(path, name, joint[i]) for i, name in enumerate(names)]
    notes = _notes(names, clean)
    contexts = np.full(len(raw), "", dtype=str) if context is None else _texts(path, obs, context)
    said = " and ".join(sorted(control)) if control else "none"
    return Labels(np.array(clean, dtype=str)[index], contexts, Dialect(form.name, form.label, said, context, symbols),
                  tuple(notes))


def gene_names(path: Path, var: Any) -> tuple[tuple[str, ...], str]:
    """Names of genes and where they stood: a column of symbols where the index holds accessions.

    Raises
    ------
    InputError
        If names are empty or not unique.
    """
    index = [str(name) for name in var.index]
    column = next((c for c in _SYMBOLS if c in var.columns), None) if _accessions(index) else None
    names = index if column is None else [str(name) for name in var[column]]
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        where = "the index of var" if column is None else f"var['{column}']"
        rows = len(names) - len(set(names))
        raise InputError(f"{path}: {len(double):,} gene names stand more than once in {where} ({rows:,} columns too "
                         "many; "
                         f"such as {_some(double)}); expected one column per name; sum or drop them")
    return tuple(names), "var_names" if column is None else f"var['{column}']"


def normalise(label: str, joint: str = "+") -> str:
    """``B+A`` -> ``A+B``; ``A+ctrl`` -> ``A``; a label of controls only -> ``control``."""
    parts = [part.strip() for part in label.split(joint)]
    kept = sorted({part for part in parts if part.lower() not in CONTROLS})
    return "+".join(kept) if kept else CONTROL


def _accessions(index: Sequence[str]) -> bool:
    return bool(index) and sum(name.startswith("ENS") for name in index) > 0.5 * len(index)


def _form(path: Path, obs: Any, asked: str | None) -> _Form:
    if asked is not None:
        if asked not in obs.columns:
            raise InputError(f"{path}: column '{asked}' is missing in obs; got {_some(obs.columns, 8)}; name one of "
                             "these "
                             "with --perturbation-column")
        named = next((f for f in _FORMS if f.label == asked and _shows(f, obs)), None)
        return named or _Form("as named", asked, ())
    found = [f for f in _FORMS if f.label in obs.columns and _shows(f, obs)]
    if not found:
        raise InputError(f"{path}: no column of perturbations in obs; got {_some(obs.columns, 8)}; expected "
                         "perturbation, "
                         "condition, target or target_gene; name one with --perturbation-column")
    first = found[0]
    own = obs[first.label].astype(str).to_numpy()
    if not first.shown_by:
        for other in found[1:]:
            if other.label != first.label and (obs[other.label].astype(str).to_numpy() != own).any():
                raise InputError(f"{path}: perturbations could stand in '{first.label}' or in '{other.label}', which "
                                 "differ; expected one; name it with --perturbation-column")
    return first


def _shows(form: _Form, obs: Any) -> bool:
    return all(column in obs.columns for column in form.shown_by)


def _context_column(path: Path, obs: Any, asked: str | None) -> str | None:
    if asked is not None and asked not in obs.columns:
        raise InputError(f"{path}: column '{asked}' is missing in obs; got {_some(obs.columns, 8)}; name one of these "
                         "with "
                         "--context")
    return asked or next((c for c in _CONTEXTS if c in obs.columns and obs[c].nunique() > 1), None)


def _texts(path: Path, obs: Any, column: str) -> NDArray[np.str_]:
    values = obs[column]
    empty = int(values.isna().sum())
    if empty:
        raise InputError(f"{path}: {empty:,} of {len(values):,} cells have no value in obs['{column}']; expected a "
                         "label "
                         "for every cell; fill or drop them")
    return np.asarray(values.astype(str), dtype=str)


def _flags(path: Path, obs: Any, asked: str | None) -> NDArray[np.bool_] | None:
    """The control flag of the file, where it has one of zeros and ones."""
    column = next((c for c in _FLAGS if c in obs.columns), None)
    if column is None or asked is not None:
        return None
    values = obs[column].astype(str).str.lower().map({"true": 1, "1": 1, "1.0": 1, "false": 0, "0": 0, "0.0": 0})
    return None if values.isna().any() else np.asarray(values, dtype=bool)


def _control(path: Path, names: NDArray[np.str_], index: NDArray[np.intp], flagged: NDArray[np.bool_] | None,
             asked: str | None, need: bool) -> set[str]:
    counts = np.bincount(index, minlength=len(names))
    often = ", ".join(f"'{names[i]}' ({counts[i]:,} cells)" for i in np.argsort(-counts)[:4])
    if asked is not None:
        if asked not in names:
            raise InputError(f"{path}: control '{asked}' is no label; the most frequent are {often}; name one with "
                             "--control")
        return {asked}
    known = {str(name) for name in names if normalise(str(name)) == CONTROL}
    if flagged is not None:
        share = np.bincount(index, weights=flagged, minlength=len(names)) / counts
        mixed = [str(n) for n in names[(share > 0) & (share < 1)]]
        named = {str(n) for n in names[share == 1]}
        if mixed or (known and named and known != named):
            what = _some(mixed or sorted(known ^ named))
            raise InputError(f"{path}: control flag and labels disagree (such as {what}); expected all cells of a "
                             "label to "
                             "be control or none; correct the flag, or name the control with --control")
        known = named or known
    if not known and need:
        raise InputError(f"{path}: no control cells; the most frequent labels are {often}; expected one such as "
                         "'control' "
                         "or 'non-targeting'; name it with --control")
    if len(known) > 1 and len({n.lower() for n in known}) > 1 and flagged is None:
        raise InputError(f"{path}: several labels could be the control ({_some(sorted(known))}); expected one; name "
                         "it with "
                         "--control, or mark all of them in a column 'control' of zeros and ones")
    return known


def _joints(path: Path, obs: Any, form: _Form, names: NDArray[np.str_], index: NDArray[np.intp]) -> list[str]:
    """What joins the parts of each label. ``_`` joins only where the file says how many parts there are."""
    if form.joint == "+" or "nperts" not in obs.columns:
        return ["+"] * len(names)
    parts = np.zeros(len(names))
    parts[index] = np.asarray(obs["nperts"], dtype=np.float64)
    odd = [str(n) for n, k in zip(names, parts, strict=True) if k > 1 and "+" not in n and n.count("_") != k - 1]
    if odd:
        raise InputError(f"{path}: {len(odd):,} combinations cannot be taken apart at '_' (such as {_some(odd)}, "
                         "nperts > 1); "
                         "expected as many parts as nperts says; join them by '+'")
    return ["_" if k > 1 and "+" not in n else "+" for n, k in zip(names, parts, strict=True)]


def _combination(path: Path, label: str, joint: str) -> str:
    if not all(part.strip() for part in label.split(joint)):
        raise InputError(f"{path}: the label '{label}' has an empty part; expected names joined by '{joint}'; correct "
                         "it")
    return normalise(label, joint)


def _notes(names: Iterable[str], clean: Sequence[str]) -> list[str]:
    orders: dict[str, set[str]] = {}
    for raw, label in zip(names, clean, strict=True):
        if "+" in label:
            orders.setdefault(label, set()).add(str(raw))
    both = sorted(label for label, raws in orders.items() if len(raws) > 1)
    if not both:
        return []
    return [f"{len(both):,} combinations come in more than one order and were merged (such as {both[0]})"]


def _some(names: Iterable[Any], most: int = 3) -> str:
    listed = [str(name) for name in names]
    return ", ".join(f"'{name}'" for name in listed[:most]) + (" ..." if len(listed) > most else "")
