"""Published results of engines that nobody here ran, as long tables for ``forecast``, ``threshold`` and the others.

Gene completion by Evo 2: the share of amino acids recovered in 12 genes, by number of parameters. The errors are those
of sampling on these genes; another choice of genes would move all sizes together.
Source: Brixi et al. (2025), doi:10.1101/2025.02.18.638918.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.table import Row, rows

TABLES = ("evo2_gene_completion",)
_PANELS = {"prokaryote": "prokaryote_per_gene.csv", "eukaryote": "eukaryote_per_gene.csv"}
_RANDOM = 0.06
"""Share of amino acids that random codons recover."""


def table(name: str, folder: Path) -> list[Row]:
    """The results in the files of a public set, one row per engine size and skill.

    Parameters
    ----------
    name : one of ``TABLES``.
    folder : where its files lie.

    Raises
    ------
    UnknownNameError, InputError
        If the set holds no results, or a file or column is missing.
    """
    if name not in TABLES:
        raise UnknownNameError("table of published results", name, TABLES)
    try:
        sizes = {r["model"]: float(r["params_billions"]) * 1e9 for r in _read(folder / "summary.csv")}
        genes = {panel: _read(folder / file) for panel, file in _PANELS.items()}
        found = [_row(model, size, level, [r for p in panels for r in genes[p] if r["model"] == model])
                 for model, size in sizes.items()
                 for level, panels in (("", tuple(_PANELS)), *((f"[{p}]", (p,)) for p in _PANELS))]
    except KeyError as error:
        raise InputError(f"{folder}: column {error} is missing; expected the tables as they were published") from None
    return rows(found, where=str(folder))


def _row(model: str, size: float, level: str, genes: list[dict[str, str]]) -> dict[str, Any]:
    """Mean over genes, and the error that the samples of each gene leave on it."""
    if not genes:
        raise InputError(f"no genes for {model}{level}; expected one line per gene")
    mean = sum(float(g["mean_aa_recovery"]) for g in genes) / len(genes) / 100
    error = sum(float(g["sem_aa_recovery"]) ** 2 for g in genes) ** 0.5 / len(genes) / 100
    return {"engine": "evo2", "family": "evo2", "skill": f"genomics/finish-the-gene{level}", "grade": "middle",
            "domain": "genomics", "readout": "generation", "axis": "parameters", "scale": size,
            "metric": "share of amino acids recovered", "value": mean, "stderr": error, "n_items": len(genes),
            "floor": _RANDOM, "ceiling": 1.0}


def _read(path: Path) -> list[dict[str, str]]:
    import csv

    try:
        with path.open(encoding="utf-8", newline="") as raw:
            return list(csv.DictReader(raw))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
