"""Responses of A375 cells to 59 drugs at six doses each, 978 genes, one plate of L1000.

Of a third of the drugs doses up to 1.11 uM are read and 10 uM is asked (``beyond``); of the others all doses but 1.11
uM are read, and that one is asked (``between``). Each dose of a drug is one well, so nothing was measured twice: the
noise of a well is that of the 26 wells without drug, and the ceiling is the root of what it leaves of the variance of
the responses asked. Wells of dying cells may scatter more; then the ceiling is too high.
Source: Subramanian et al. (2017), doi:10.1016/j.cell.2017.10.049, plate LJP005_A375_24H_X1.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition, Experiment, Panel, usual, usual_responses
from kindergrad.core.seeds import key
from kindergrad.worlds import public
from kindergrad.worlds._real_screen import ANSWERABLE, RealScreen, Twice

WORLD, DATA = "l1000_doses", "l1000_ljp005_a375"
DOMAIN = Domain.PERTURBATION

Floats = NDArray[np.float64]
HIGHEST, BETWEEN, LOW = 10.0, 1.11, 1.11
"""Micromolar: the highest dose, the one that is asked in between, and the highest one read where 10 is asked."""
CONTEXT = "A375"
SHOWN = 3
"""Control wells that an experiment shows."""
_FILE, _VEHICLE = "test_l1000.gct", "ctl_vehicle"


class Plate(NamedTuple):
    """Wells of a plate: genes, log expression, shape (wells, genes), drug (empty: none) and dose of each."""

    genes: tuple[str, ...]
    log: Floats
    drug: tuple[str, ...]
    dose: Floats


def make(seed: int, folder: Path) -> RealScreen:
    """The world; it does not depend on the seed."""
    plate = read(Path(folder))
    drugs = sorted(set(plate.drug) - {""})
    panel = Panel((*plate.genes, *drugs), ("",) * (len(plate.genes) + len(drugs)), len(drugs))
    controls = plate.log[[drug == "" for drug in plate.drug]]
    wells = {Condition(drug, CONTEXT, float(dose) / HIGHEST): row - controls.mean(axis=0)
             for drug, dose, row in zip(plate.drug, plate.dose, plate.log, strict=True) if drug}
    asked, kept = _kept_back(sorted(wells))
    corpus = _corpus({c: r for c, r in wells.items() if c not in kept}, controls, panel)
    means = usual_responses([e.condition for e in corpus], np.stack([e.response for e in corpus]))
    noise = float(controls.var(axis=0, ddof=1).sum())
    reliability, named = {}, {}
    for kind, own in list(asked.items()):
        moved = [((wells[c] - usual(means, c)[: len(plate.genes)]) ** 2).sum() for c in own]
        share = 1 - noise / float(np.mean(moved))
        reliability |= dict.fromkeys(own, share)
        if share < ANSWERABLE:
            named |= {f"{c.perturbation} at {c.dose * HIGHEST:g} uM": f"reliability {share:.2f}" for c in own}
            asked[kind] = ()
    return RealScreen(
        id=WORLD, sentence=f"{len(drugs)} drugs on {CONTEXT}, six doses: {len(corpus)} wells read, "
        + " and ".join(f"{len(own)} {kind}" for kind, own in asked.items()) + " asked",
        panel=panel, experiments=corpus, asked=asked, reliability=reliability, named=named,
        twice={c: _once(wells[c], panel) for own in asked.values() for c in own},
        missing={"seen": "no well was done twice"})


def _kept_back(wells: list[Condition]) -> tuple[dict[str, tuple[Condition, ...]], set[Condition]]:
    """What is asked, and which wells are not read."""
    far = {c.perturbation for c in wells if key(WORLD, c.perturbation) % 3 == 0}
    beyond = tuple(c for c in wells if c.perturbation in far and np.isclose(c.dose * HIGHEST, HIGHEST))
    between = tuple(c for c in wells if c.perturbation not in far and np.isclose(c.dose * HIGHEST, BETWEEN))
    high = {c for c in wells if c.perturbation in far and c.dose * HIGHEST > LOW * 1.01}
    return {"between": between, "beyond": beyond}, high | set(between)


def _corpus(wells: dict[Condition, Floats], controls: Floats, panel: Panel) -> tuple[Experiment, ...]:
    base = controls.mean(axis=0)
    blank = np.pad(controls, ((0, 0), (0, panel.unmeasured))).astype(np.float32)
    found = []
    for i, (condition, response) in enumerate(sorted(wells.items(), key=lambda pair: pair[0])):
        well = np.pad(response + base, (0, panel.unmeasured)).astype(np.float32)
        shown = blank[(SHOWN * i + np.arange(SHOWN)) % len(blank)]
        found.append(Experiment(condition, np.pad(response, (0, panel.unmeasured)), 1, well[None], shown, panel))
    return tuple(found)


def _once(response: Floats, panel: Panel) -> Twice:
    padded = np.pad(response, (0, panel.unmeasured))
    return Twice(padded, padded, padded, padded)


def read(folder: Path) -> Plate:
    """The plate, in natural logs.

    Raises
    ------
    InputError
        If the file is not there, or is no GCT of version 1.3 with drugs and doses.
    """
    place = public.present(folder, _FILE)
    raw = place.read_bytes()
    lines = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8").splitlines()
    try:
        genes, wells, facts, more = (int(x) for x in lines[1].split("\t"))
        table = [line.split("\t") for line in lines[2:]]
        told = {row[0]: row[1 + facts :] for row in table[1 : 1 + more]}
        symbol = table[0].index("pr_gene_symbol")
        body = table[1 + more : 1 + more + genes]
        log = np.array([row[1 + facts :] for row in body], dtype=np.float64).T * np.log(2)
        drug = tuple("" if kind == _VEHICLE else name.replace("+", " plus ") for kind, name in zip(
            told["pert_type"], told["pert_iname"], strict=True))
        dose = np.array(told["pert_dose"], dtype=np.float64)
    except (IndexError, ValueError, KeyError) as error:
        raise InputError(f"cannot read {place}: {error}; expected a GCT of version 1.3 with the rows pert_type, "
                         "pert_iname and pert_dose") from None
    if log.shape != (wells, genes):
        raise InputError(f"{place} holds {log.shape[0]} wells of {log.shape[1]} genes; its header says {wells} of "
                         f"{genes}; get it again")
    return Plate(tuple(row[symbol] for row in body), log, drug, dose)
