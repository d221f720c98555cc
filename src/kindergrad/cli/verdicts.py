"""Verbs around progress: forecast, belief, threshold, vertical, compare, backtest. They take a run or any table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kindergrad.cli.doors import Json, Seed, Source, Target, app, console, print_json, progress

if TYPE_CHECKING:
    from kindergrad.core.table import Row

Goal = Annotated[str | None, typer.Option("--goal", help="skill>=score@scale (default: that of the study).")]


@app.command()
def forecast(
    source: Source,
    target: Target = 0.5,
    at: Annotated[list[str] | None, typer.Option("--at", help="Scales to forecast, such as 1e8.")] = None,
    corpus: Annotated[Path | None, typer.Option(
        "--corpus", help="Planned corpus: its concept rates take the place of those of the corpus that was read.")]
    = None,
    parameters: Annotated[list[str] | None, typer.Option(help="Sizes of engine; forecasts over both axes.")] = None,
    register: Annotated[Path | None, typer.Option(help="Ledger to write the forecasts at --at into.")] = None,
    resolve: Annotated[Path | None, typer.Option(help="Ledger whose forecasts are scored by these results.")] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Learning, width, threshold and future score of every skill."""
    from kindergrad.core import scale
    from kindergrad.core.errors import InputError
    from kindergrad.progress import ledger, registry
    from kindergrad.progress.forecast import forecast as fit
    from kindergrad.progress.two_axes import two_axes
    from kindergrad.report import answers_text, card, text

    rows = card.load(source)
    if corpus is not None:
        rows = _planned(rows, corpus, source)
    scales = [scale.parse(x) for x in at or ()]
    if register is not None:
        if not scales:
            raise InputError("a registered forecast needs a scale; give one or more, such as --at 1e8")
        registry.register(register, rows, scales, time=_now(), seed=seed)
    if resolve is not None:
        if ledger.read(resolve).torn:
            typer.echo(f"the last line of {resolve} is torn, as by a crash: it does not count as an entry", err=True)
        outcome = registry.calibration(registry.resolve(resolve, rows), registry.resolve_beliefs(resolve, rows))
        print_json(outcome) if json else console().print(answers_text.calibration(outcome))
        return
    if parameters:
        both = two_axes(rows, [scale.parse(x) for x in parameters], scales, seed=seed)
        print_json(both) if json else console().print(answers_text.two_axes(both))
        return
    found = fit(rows, target=target, seed=seed, scales=scales)
    if json:
        print_json(found)
    else:
        console().print(text.verdict_table(found, None, card.facts(source, rows)))


@app.command()
def belief(
    source: Source,
    goal: Goal = None,
    decide: Annotated[bool, typer.Option("--decide", help="Go, wait or stop; needs --worth and --cost.")] = False,
    next_: Annotated[bool, typer.Option("--next", help="Which exam would tell most about the goal per cost.")] = False,
    worth: Annotated[float | None, typer.Option(help="Of reaching the goal, in any unit of money.")] = None,
    cost: Annotated[float | None, typer.Option(help="Of an engine per unit of scale, same unit.")] = None,
    delay: Annotated[float, typer.Option(help="Of waiting for one more rung, same unit.")] = 0.0,
    register: Annotated[Path | None, typer.Option(help="Ledger to write the belief into.")] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """The belief in one goal, how every result moved it, what to do now, and which exam to sit next."""
    from kindergrad.core.errors import InputError
    from kindergrad.progress import registry
    from kindergrad.progress.decide import Economics
    from kindergrad.progress.decide import decide as choose
    from kindergrad.progress.next_exam import next_exam
    from kindergrad.report import answers_text, card, text

    rows = card.load(source)
    stated = card.goal_of(source, goal)
    if stated is None:
        raise InputError("no goal: the study declares none; give one, such as --goal 'SKILL>=0.5@1e8'")
    if decide:
        if worth is None or cost is None:
            raise InputError("a decision needs stakes; give --worth (of the goal) and --cost (per unit of scale)")
        decision = choose(rows, stated, Economics(worth=worth, cost=cost, delay=delay), seed=seed)
        print_json(decision) if json else console().print(answers_text.decision(decision))
        return
    if next_:
        exams = next_exam(rows, stated, seed=seed)
        print_json(exams) if json else console().print(answers_text.next_exams(exams))
        return
    found = card.believe(rows, stated, seed)
    if register is not None:
        registry.register_belief(register, rows, found, time=_now())
    print_json(found) if json else console().print(text.belief_text(found))


@app.command()
def threshold(source: Source, target: Target = 0.5, seed: Seed = 0, json: Json = False) -> None:
    """Is there a threshold, of which kind, how far is it, and what these data could have shown."""
    from kindergrad.progress.thresholds import thresholds
    from kindergrad.report import answers_text, card

    found = thresholds(card.load(source), target=target, seed=seed)
    print_json(found) if json else console().print(answers_text.threshold_boxes(found))


@app.command()
def vertical(
    source: Source,
    anchors: Annotated[str | None, typer.Option(help="Two engines put at 0 and 1: BLIND,LINEAR.")] = None,
    expect: Annotated[str | None, typer.Option(help="Skill: what will engines score that have not sat it?")] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Engines and skills on one scale, and whether the order of the syllabus holds."""
    from kindergrad.core.errors import InputError
    from kindergrad.progress.expected import expected_scores
    from kindergrad.progress.vertical import vertical as fit
    from kindergrad.report import answers_text, card
    from kindergrad.syllabus import skills

    pair = tuple(anchors.split(",")) if anchors else None
    if pair is not None and len(pair) != 2:
        raise InputError(f"two anchors are needed; got '{anchors}'; expected --anchors BLIND,LINEAR")
    rows = card.load(source)
    expected = expected_scores(rows, expect, seed=seed) if expect else ()
    found = fit(rows, prerequisites=skills.prerequisites(), anchors=pair, seed=seed)
    found = found.model_copy(update={"expected": expected})
    print_json(found) if json else console().print(answers_text.vertical(found))


@app.command()
def compare(
    source: Source,
    baseline: Annotated[list[str] | None, typer.Option("--baseline", help="Engine to compare with; may recur.")] = None,
    small: Annotated[bool, typer.Option("--small-data", help="Area under the curve and examples needed.")] = False,
    max_scale: Annotated[float, typer.Option(help="With --small-data: sets up to this size.")] = float("inf"),
    target: Target = 0.5,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Engines against baselines, paired and clustered, with what could have been found."""
    from kindergrad.progress.compare import compare as fit
    from kindergrad.progress.small_data import small_data
    from kindergrad.report import answers_text, card

    rows, baselines = card.load(source), tuple(baseline or ())
    if small:
        found = small_data(rows, baselines, max_scale=max_scale, target=target, seed=seed)
        print_json(found) if json else console().print(answers_text.small_data(found))
    else:
        pairs = fit(rows, baselines, seed=seed)
        print_json(pairs) if json else console().print(answers_text.comparison(pairs))


@app.command()
def backtest(
    source: Source,
    hold_out: Annotated[float | None, typer.Option(help="Share of each curve's largest scales to hide.")] = None,
    max_scale: Annotated[str | None, typer.Option(help="Hide everything above this scale.")] = None,
    recalibrate: Annotated[bool, typer.Option("--recalibrate", help="Intervals from the other skills.")] = False,
    predictions: Annotated[Path | None, typer.Option(help="CSV or Parquet of every predicted point.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Markdown file of the tables.")] = None,
    json: Json = False,
) -> None:
    """How well would we have forecast this table, beside last value, power laws and others."""
    from kindergrad.core import scale
    from kindergrad.exchange import tables
    from kindergrad.progress.backtest import backtest as fit
    from kindergrad.report import answers_text, card

    above = None if max_scale is None else scale.parse(max_scale)
    found, points = fit(card.load(source), hold_out=hold_out, max_scale=above, recalibrate=recalibrate)
    if predictions is not None:
        tables.write([p.model_dump(mode="json") for p in points], predictions)
    if markdown is not None:
        tables.write_text(answers_text.backtest_markdown(found), markdown)
    print_json(found) if json else console().print(answers_text.backtest(found))


def _planned(rows: list[Row], corpus: Path, source: Path) -> list[Row]:
    """The rows as if engines had read the planned corpus: scales and frequencies are its own."""
    from kindergrad.core.names import Domain
    from kindergrad.exams import exposures
    from kindergrad.exposure import planned

    domains = {row.skill.partition("/")[0] for row in rows} & {d.value for d in Domain}
    domain = Domain(domains.pop()) if len(domains) == 1 else Domain.GENOMICS
    with progress() as tell:
        read = exposures.kept(source) if source.is_dir() else None
        return planned.planned(rows, planned.rates(corpus, domain, tell=tell), planned.told(read) if read else None)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
