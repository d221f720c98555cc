"""What the terminal shows of scored predictions, and of audited measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kindergrad.core.answers_response import ResponseAudit, ScoreAnswer, SkillScore
from kindergrad.report import words
from kindergrad.report.ladder import plain

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_MOST = 12


def score_text(answer: ScoreAnswer) -> Group:
    """A table of skills, what the numbers rest on, and what was left out."""
    from rich.console import Group
    from rich.text import Text

    table = _table("skill", "score", "value", "floor", "ceiling", "items", "highest floor")
    for one in answer.skills:
        floor, named = highest_floor(one)
        scored = None if one.score is None else (one.score, one.stderr)
        table.add_row(*(Text(cell) for cell in (
            plain(one.skill), words.with_error(scored), raw(one.value), raw(floor), raw(one.ceiling),
            f"{one.n_items:,}", named)))
    lines = [f"{answer.n_scored:,} scored perturbations ({answer.n_predicted:,} predicted), "
             f"{answer.n_training:,} training perturbations. {answer.read['truth']}."]
    lines += [f"{plain(one.skill)}: {one.n_unanswerable:,} perturbations have reliability below 0.2 and are not "
              "averaged: "
              + ", ".join(one.unanswerable[:_MOST]) + (" ..." if len(one.unanswerable) > _MOST else "") + "."
              for one in answer.skills if one.n_unanswerable]
    lines += [f"{plain(one.skill)} has no score: {one.reason}." for one in answer.skills if one.reason]
    lines += [f"{plain(one.skill)} was not asked: {one.reason}." for one in answer.not_scored]
    shared = answer.field.get("pearson_delta")
    lines.append(f"Pearson-delta with shared controls, as usually published: {words.number(shared)}. The mean of the "
                 f"training perturbations gets {words.number(answer.r_art)} of it without any signal (r_art).")
    lines.append(f"Spread between predictions over spread between truths: {words.number(answer.mode_collapse)} "
                 "(0: all the same, 1: as it should be).")
    lines += [f"Note: {note}." for note in answer.notes]
    return Group(table, Text(""), *(Text(line) for line in lines))


def audit_text(answer: ResponseAudit) -> Group:
    """The mean baseline of each context, then the perturbations that cannot rank models."""
    from rich.console import Group
    from rich.text import Text

    table = _table("context", "perturbations", "cells", "controls", "shared", "formula", "cross-fitted")
    for b in answer.mean_baseline:
        table.add_row(*(Text(cell) for cell in (
            b.context or "all", f"{b.n_perturbations:,}", f"{b.n_cells:,.0f}", f"{b.n_controls:,}",
            words.number(b.shared_controls), words.number(b.r_art), words.number(b.cross_fitted_controls))))
    known = sorted(p.reliability for p in answer.perturbations if p.reliability is not None)
    middle = known[len(known) // 2] if known else None
    called = sorted(p.n_changed for p in answer.perturbations if p.n_changed is not None)
    lines = [f"{len(answer.perturbations):,} perturbations; median reliability {words.number(middle)} (all cells, "
             f"cross-fitted controls); "
             + (f"median number of genes that differ from controls at a false discovery rate of 5 %: "
                f"{called[len(called) // 2]:,}. " if called else "")
             + f"{answer.read}.",
             f"{len(answer.below):,} of them ({answer.share_below:.0%}) have reliability below 0.2 and cannot rank "
             "models"
             + (": " + ", ".join(answer.below[:_MOST]) + (" ..." if len(answer.below) > _MOST else "")
                if answer.below else "") + ".",
             "The last three columns are what the mean of all other perturbations correlates with each. Shared: truth "
             "and mean baseline are differences from the same half of the controls, which correlates "
             "without any signal; the formula says by how much. Cross-fitted: from disjoint halves."]
    lines += [f"Note: {note}." for note in answer.notes]
    return Group(table, Text(""), *(Text(line) for line in lines))


def raw(value: float | None) -> str:
    """A metric in its own unit: two decimals, or two digits where it is small (squared errors)."""
    if value is None or abs(value) >= 0.005 or value == 0.0:
        return words.number(value)
    return f"{value:.1e}".replace("-", "−") if abs(value) > 1e-9 else words.number(0.0)


def highest_floor(one: SkillScore) -> tuple[float | None, str]:
    """Value and name of the floor that counts."""
    if not one.floors:
        return None, ""
    name = max(one.floors, key=lambda floor: one.floors[floor])
    return one.floors[name], name


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in columns:
        left, folds = name in ("skill", "context", "highest floor"), name == "highest floor"
        table.add_column(name, justify="left" if left else "right", overflow="fold", no_wrap=not folds)
    return table
