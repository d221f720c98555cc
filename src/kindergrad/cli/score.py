"""The verb ``score``: a file of predictions against a file of truth. The suffix says of which kind they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kindergrad.cli import sitting
from kindergrad.cli.doors import Json, app, console, print_json, progress
from kindergrad.core.names import Domain, ExpressionScale

if TYPE_CHECKING:
    from kindergrad.core.answers_response import ScoreAnswer

Scale = Annotated[ExpressionScale | None, typer.Option("--scale", help="h5ad: what X of the truth holds, where it "
                                                                       "does not show.")]
PerturbationColumn = Annotated[str | None, typer.Option("--perturbation-column", help="h5ad: column of labels in obs.")]
Control = Annotated[str | None, typer.Option("--control", help="h5ad: label of the control cells.")]
ContextColumn = Annotated[str | None, typer.Option("--context", help="h5ad: column of cell types, lines or donors.")]


@app.command()
def score(
    predictions: Annotated[Path, typer.Argument(
        help="CSV or Parquet (item_id, readout, score), or predicted expression (.h5ad).")],
    domain: sitting.Of = Domain.GENOMICS,
    study: sitting.Study = None,
    assessment: sitting.Only = None,
    set_: sitting.Set = None,
    out: sitting.Keep = None,
    truth: Annotated[Path | None, typer.Option("--truth", help="h5ad: measured cells with controls.")] = None,
    train_perturbations: Annotated[Path | None, typer.Option(
        "--train-perturbations", help="h5ad: text file, one training perturbation a line.")] = None,
    gene_sets: Annotated[Path | None, typer.Option(
        "--gene-sets", help="h5ad: GMT file of pathways, for relatives and programmes.")] = None,
    scale: Scale = None,
    prediction_scale: Annotated[ExpressionScale | None, typer.Option(
        "--prediction-scale", help="h5ad: the same of the predictions.")] = None,
    perturbation_column: PerturbationColumn = None,
    control: Control = None,
    context: ContextColumn = None,
    cell_eval: Annotated[bool, typer.Option(
        "--cell-eval", help="h5ad: also run the metrics of cell-eval, with differential expression (extra 'cells').")]
    = False,
    report: Annotated[Path | None, typer.Option("--report", help="h5ad: HTML file to write.")] = None,
    json: Json = False,
) -> None:
    """Score answers of a model that is not installed here: to exported items, or predicted expression."""
    cells = {"--truth": truth, "--train-perturbations": train_perturbations, "--gene-sets": gene_sets, "--scale": scale,
             "--prediction-scale": prediction_scale, "--perturbation-column": perturbation_column,
             "--control": control, "--context": context, "--cell-eval": cell_eval or None,
             "--report": report}
    exported = {"--study": study, "--assessment": assessment, "--set": set_, "--out": out}
    if predictions.suffix.lower() != ".h5ad":
        _refuse(predictions, cells)
        base = sitting.small(sitting.study_of(study, domain), assessment)
        sitting.score_answers(predictions, base, set_ or [], out=out, json=json)
        return
    _refuse(predictions, exported)
    files = predictions, _needed(truth), train_perturbations, gene_sets
    found = _scored(files, (scale, prediction_scale), (perturbation_column, control, context), cell_eval=cell_eval)
    _show(found, files, report, json=json)


def _refuse(path: Path, given: dict[str, Any]) -> None:
    """Options that mean nothing for this kind of file are errors, not decoration."""
    from kindergrad.core.errors import InputError

    wrong = [name for name, value in given.items() if value is not None]
    if wrong:
        kind = "predicted expression" if path.suffix.lower() == ".h5ad" else "answers to exported items"
        raise InputError(f"{path} holds {kind}; got {', '.join(wrong)}, which mean nothing for it; leave them out, or "
                         "give a file of the other kind")


def _needed(truth: Path | None) -> Path:
    from kindergrad.core.errors import InputError

    if truth is None:
        raise InputError("no truth to score against; expected --truth real.h5ad, measured cells with controls")
    return truth


def _scored(files: tuple[Path, Path, Path | None, Path | None],
            scales: tuple[ExpressionScale | None, ExpressionScale | None],
            columns: tuple[str | None, str | None, str | None], *, cell_eval: bool) -> ScoreAnswer:
    from kindergrad.exams import score_response
    from kindergrad.worlds.expression_tables import Columns

    with progress() as tell:
        found = score_response.score_files(score_response.Files(*files), scales=score_response.Scales(*scales),
                                           columns=Columns(*columns), tell=tell)
        if cell_eval:
            from kindergrad.exchange import cell_eval_twins

            tell(0, 0, "cell-eval")
            found = cell_eval_twins.beside(found, cell_eval_twins.metrics(files[0], files[1], Columns(*columns),
                                                                         scales=scales))
    return found


def _show(found: ScoreAnswer, files: tuple[Path, Path, Path | None, Path | None], report: Path | None, *, json: bool
          ) -> None:
    from kindergrad.report import response_page, response_text

    if report is not None:
        response_page.write_score(found, report, prediction=files[0].name, truth=files[1].name)
    if json:
        print_json(found)
        return
    console().print(response_text.score_text(found))
    if report is not None:
        console().print(f"report: {report}", highlight=False, soft_wrap=True)
