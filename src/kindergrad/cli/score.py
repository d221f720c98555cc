"""The verb ``score``: a file of predictions against a file of truth. The suffix says of which kind they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kindergrad.cli.doors import Json, app, console, print_json, progress
from kindergrad.core.names import ExpressionScale

Scale = Annotated[ExpressionScale | None, typer.Option("--scale", help="h5ad: what X of the truth holds, where it "
                                                                       "does not show.")]
PerturbationColumn = Annotated[str | None, typer.Option("--perturbation-column", help="h5ad: column of labels in obs.")]
Control = Annotated[str | None, typer.Option("--control", help="h5ad: label of the control cells.")]
ContextColumn = Annotated[str | None, typer.Option("--context", help="h5ad: column of cell types, lines or donors.")]


@app.command()
def score(
    predictions: Annotated[Path, typer.Argument(help="Predicted expression (.h5ad).")],
    truth: Annotated[Path | None, typer.Option("--truth", help="Measured cells with controls (.h5ad).")] = None,
    train_perturbations: Annotated[Path | None, typer.Option(
        "--train-perturbations", help="Text file, one training perturbation a line.")] = None,
    scale: Scale = None,
    prediction_scale: Annotated[ExpressionScale | None, typer.Option(
        "--prediction-scale", help="h5ad: the same of the predictions.")] = None,
    perturbation_column: PerturbationColumn = None,
    control: Control = None,
    context: ContextColumn = None,
    cell_eval: Annotated[bool, typer.Option(
        "--cell-eval", help="h5ad: also run the metrics of cell-eval, with differential expression (extra 'cells').")]
    = False,
    json: Json = False,
) -> None:
    """Grade predictions of any engine on every skill that the file can answer."""
    from kindergrad.core.errors import InputError

    if predictions.suffix.lower() != ".h5ad":
        raise InputError(f"{predictions} is of an unknown kind; expected a name that ends in .h5ad; write the "
                         "predictions "
                         "with anndata's write_h5ad")
    if truth is None:
        raise InputError("no truth to score against; expected --truth real.h5ad, measured cells with controls")
    from kindergrad.exams import score_response
    from kindergrad.report import response_text
    from kindergrad.worlds.expression_tables import Columns

    with progress() as tell:
        found = score_response.score_files(predictions, truth, train_perturbations, tell=tell,
                                           scales=score_response.Scales(scale, prediction_scale),
                                           columns=Columns(perturbation_column, control, context))
        if cell_eval:
            from kindergrad.exchange import cell_eval_twins

            tell(0, 0, "cell-eval")
            twins = cell_eval_twins.metrics(predictions, truth, Columns(perturbation_column, control, context))
            found = found.model_copy(update={"field": {**found.field, **twins}})
    if json:
        print_json(found)
    else:
        console().print(response_text.score_text(found))
