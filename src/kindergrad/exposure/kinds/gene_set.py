"""A pathway or complex among perturbed genes: ``{ kind = "gene_set", genes = ["MAP2K3", "MAP2K6"], at_once = 1 }``.

A perturbation shows the set where at least ``at_once`` of its genes are perturbed together: 1 for a pathway, 2 for two
members of a complex at once.
"""

from __future__ import annotations

from pydantic import Field

from kindergrad.core.records import Contract


class Spec(Contract):
    genes: tuple[str, ...] = Field(min_length=1)
    at_once: int = Field(default=1, ge=1)
