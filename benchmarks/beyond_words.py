"""What can a net learn that a context model never does? Copying, base pairing and spacing, from texts full of them.

    python benchmarks/beyond_words.py --workers 2 --out benchmarks/beyond_words.json     # half an hour on two cores
    python benchmarks/beyond_words.py --lessons repeats --engines markov      # a look; other lessons of the JSON stay
    python benchmarks/beyond_words.py --lessons "" --out benchmarks/beyond_words.json --page docs/does-the-order-hold.md

Each lesson is a small world whose corpus is nothing but the thing to be learnt: repeats, folds, promoters. In a genome
these are rare, so what is learnt here from 1 Mb is learnt there much later: this shows what an architecture and its
training allow, not when a genome teaches it. All engines read the same letters and sit the same exams, and the verdict
on each curve is that of ``kindergrad threshold``.

The lesson ``long-repeats`` asks whether short stretches must come first: its stretches all have 64 letters, so that one
letter that fits tells next to nothing of where a copy goes on. They need not: copying is learnt there, too, and all at
once, which the sizes of ``long-repeats-close-up`` resolve. In ``far-repeats`` copies come from up to 16 stretches back,
some thousand letters, and the recall of a value by its key is asked, which no text of this lesson shows.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from does_the_order_hold import Score, half, markdown, number, put  # noqa: E402  threads must be set first

from kindergrad.core.config import EngineConfig, StudyConfig, WorldConfig  # noqa: E402
from kindergrad.core.names import Readout  # noqa: E402
from kindergrad.core.scale import parse  # noqa: E402
from kindergrad.core.table import Row, rows  # noqa: E402
from kindergrad.exams import run  # noqa: E402
from kindergrad.progress.thresholds import thresholds  # noqa: E402

ENGINES = {"markov": 1, "transformer": 2, "convolution": 2, "state-space": 2}
"""Engines, and how many seeds of each."""
SIZES = ("100k", "300k", "1M", "1.4M", "2M", "3M")
ITEMS = 100


class Lesson(NamedTuple):
    world: str
    settings: dict[str, Any]
    exams: tuple[str, ...]
    engines: tuple[str, ...] = tuple(ENGINES)
    sizes: tuple[str, ...] = SIZES
    window: int = 256
    """Letters that nets read at once."""
    keys: dict[str, Any] | None = None
    """Dials of the world of long-range recall, where that is asked."""


LESSONS = {
    "repeats": Lesson("repeats", {}, ("copy",)),
    "long-repeats": Lesson("repeats", {"shortest": 64}, ("copy",)),
    "long-repeats-close-up": Lesson("repeats", {"shortest": 64}, ("copy",), ("transformer",),
                                    ("300k", "400k", "500k", "600k", "800k", "1M")),
    "far-repeats": Lesson("repeats", {"back": 16}, ("copy", "long-range-recall"), ("markov", "transformer"),
                          ("1M", "2M", "4M", "7M", "10M"), 512, {"distance": 300, "apart": 16}),
    "folding": Lesson("folding", {}, ("reverse-complement", "base-pairing")),
    "promoters": Lesson("promoters", {}, ("spacing", "right-place")),
}


def study(lesson: Lesson) -> StudyConfig:
    sizes = [parse(text) for text in lesson.sizes]
    return StudyConfig(
        name=f"What can be learnt of {lesson.world}?",
        world=WorldConfig(kind=lesson.world, size=int(sizes[-1]), settings=lesson.settings),
        engines=tuple(EngineConfig(id=name, seeds=ENGINES[name], settings=settings(name, lesson))
                      for name in lesson.engines), controls=(),
        scales=tuple(sizes), items=ITEMS, readouts=(Readout.LIKELIHOOD,),
        assessments=tuple(f"genomics/{name}" for name in lesson.exams),
        worlds={"genomics/long-range-recall": WorldConfig(kind="recall", settings=lesson.keys)} if lesson.keys else {})


def settings(engine: str, lesson: Lesson) -> dict[str, Any]:
    return {"window": lesson.window} if engine != "markov" else {}


def curves(found: list[Row]) -> list[dict[str, Any]]:
    """Every curve with its points and the verdict on it."""
    out = []
    for judged in thresholds(found, advise=False).curves:
        own = [r for r in found if r.skill == judged.curve and r.engine == judged.engine and r.scored is not None]
        points = sorted((r.scale, r.seed, *(round(v, 3) for v in r.scored if v is not None)) for r in own if r.scored)
        out.append({"skill": judged.curve, "engine": judged.engine, "verdict": judged.verdict.value,
                    "width": judged.width, "width_90": judged.width_interval,
                    "half_reached_at": half([(x, score) for x, _, score, *_ in points]), "points": points})
    return out


def table(lessons: dict[str, list[dict[str, Any]]]) -> str:
    """Scores at the end by lesson and exam, mean over seeds, and sizes at which half is reached."""
    body = []
    for name, found in lessons.items():
        for exam in dict.fromkeys(curve["skill"] for curve in found):
            own = {curve["engine"]: curve for curve in found if curve["skill"] == exam}
            body.append([name, exam.removeprefix("genomics/"), *(cell(own.get(engine)) for engine in ENGINES)])
    return markdown(["text", "exam", *ENGINES], body)


def cell(curve: dict[str, Any] | None) -> str:
    """Score at the largest size, and width of the rise where there is a verdict on it."""
    if curve is None:
        return "–"
    last = [point for point in curve["points"] if point[0] == curve["points"][-1][0]]
    told = number(Score(*(sum(values) / len(last) for values in zip(*(p[2:4] for p in last), strict=True))))
    wide = f", {curve['width']:.1f}" if curve["width"] is not None and curve["verdict"] == "continuous" else ""
    return told if curve["verdict"] in ("flat", "cannot tell yet") else f"{told} ({curve['verdict']}{wide})"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--lessons", default=",".join(LESSONS))
    options.add_argument("--engines", help="Others than those of the lesson, with commas.")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--folder", type=Path, default=Path("/tmp/beyond-words"), help="Run folders; they resume.")
    options.add_argument("--out", type=Path)
    options.add_argument("--page", type=Path, help="Page with the line that says where the table goes.")
    given = options.parse_args()
    kept = json.loads(given.out.read_text(encoding="utf-8")) if given.out and given.out.is_file() else {}
    answer = kept.get("lessons", {})
    for name in filter(None, given.lessons.split(",")):
        folder, lesson = given.folder / name, LESSONS[name]
        if given.engines:
            lesson = lesson._replace(engines=tuple(given.engines.split(",")))
        run.run(study(lesson), folder, workers=given.workers)
        answer[name] = curves(rows([record.row() for record in run.records(folder)], where=str(folder)))
        for curve in answer[name]:
            print(f"{name}: {curve['skill']}, {curve['engine']}: {curve['points'][-1][2]:.2f} at the end, "
                  f"half at {curve['half_reached_at']}, {curve['verdict']}", flush=True)
    if given.out:
        given.out.write_text(json.dumps({"items": ITEMS, "lessons": answer}, indent=1) + "\n", encoding="utf-8")
    if given.page:
        put(given.page, {"lessons": table(answer)})


if __name__ == "__main__":
    main()
