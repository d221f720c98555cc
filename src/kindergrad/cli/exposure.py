"""The verb ``exposure``: what a corpus shows of a syllabus, and which of two shows it sooner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kindergrad.cli.doors import Json, Seed, app, console, print_json, progress, say

if TYPE_CHECKING:
    from kindergrad.core.answers_exposure import ExposureAnswer

_WIDE = 140
"""Columns of a terminal that shows all columns of the table."""


@app.command()
def exposure(
    corpus: Annotated[Path | None, typer.Argument(
        help="DNA: FASTA or GenBank, gz or not, or a folder; perturbations: h5ad; arithmetic: text.")] = None,
    syllabus: Annotated[str, typer.Option("--syllabus", help="genomics, perturbation or arithmetic.")] = "genomics",
    skill: Annotated[list[str] | None, typer.Option("--skill", help="Only this skill; may recur.")] = None,
    compare: Annotated[tuple[Path, Path] | None, typer.Option(
        "--compare", help="Two corpora A B: which teaches which skills sooner per unit.")] = None,
    annotation: Annotated[Path | None, typer.Option(help="GFF3 or GenBank: features are concepts too.")] = None,
    variants: Annotated[Path | None, typer.Option(help="VCF: classes of variants are concepts too.")] = None,
    query: Annotated[Path | None, typer.Option(help="FASTA: relatives of each record are looked for.")] = None,
    motifs: Annotated[Path | None, typer.Option(help="MEME file of motifs that are looked for too.")] = None,
    gene_sets: Annotated[Path | None, typer.Option(help="GMT file of pathways or complexes.")] = None,
    kappa: Annotated[str, typer.Option(
        help="Exposures that the engine needs: a number, or a run folder or table whose law tells it.")] = "10",
    report: Annotated[Path | None, typer.Option("--report", help="HTML file to write.")] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """How often a corpus shows each concept, and how much more of it until those never met are met."""
    from kindergrad.core.errors import InputError
    from kindergrad.exposure import measure, own_concepts
    from kindergrad.exposure.concepts import Sources
    from kindergrad.report import exposure_text

    if (corpus is None) == (compare is None):
        raise InputError("one corpus, or two to compare; expected CORPUS, or --compare A B")
    if report is not None and compare is not None:
        raise InputError(f"a page shows one corpus; got --report {report} with --compare; leave one of the two out")
    more = own_concepts.read(syllabus, query=query, motifs=motifs, gene_sets=gene_sets)
    asked = measure.wanted(syllabus, skill or (), more)
    sources = Sources(annotation, variants)
    with progress() as tell:
        if compare is not None:
            both = measure.compare(*compare, asked, sources, seed=seed, tell=tell)
        elif corpus is not None:
            found = measure.exposure(corpus, asked, sources, kappa=_kappa(kappa, seed), seed=seed, tell=tell)
    if compare is not None:
        print_json(both) if json else console().print(exposure_text.comparison(both))
    else:
        _show(found, report, json=json)


def _show(found: ExposureAnswer, report: Path | None, *, json: bool) -> None:
    from kindergrad.report import exposure_page, exposure_text

    if report is not None:
        exposure_page.write(found, report)
    if json:
        print_json(found)
        return
    screen = console()
    screen.print(exposure_text.exposure(found, wide=screen.width >= _WIDE))
    if report is not None:
        say(f"report: {report}")


def _kappa(text: str, seed: int) -> float:
    """A number, or the exposures needed by the law of a run folder or table."""
    from kindergrad.core.errors import InputError
    from kindergrad.progress.forecast import forecast
    from kindergrad.report import card

    try:
        return float(text)
    except ValueError:
        pass
    if not Path(text).exists():
        raise InputError(f"not a number of exposures: got '{text}'; expected a number, a run folder or a table")
    law = forecast(card.load(Path(text)), seed=seed).exposure
    if law is None or law.log10_kappa.median is None:
        raise InputError(f"{text} tells no exposure law; it needs three curves with a known frequency; give a number")
    return float(10.0**law.log10_kappa.median)
