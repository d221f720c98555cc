"""Write docs/the-essay.md: the argument behind this project, step by step, beside what was measured for each step.

    python docs/make_essay.py

Every number is read from the JSON files in ``benchmarks``, so that the page cannot tell of other figures than they. A
test writes the page again and compares.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

from kindergrad.core.names import Domain
from kindergrad.core.scale import pretty
from kindergrad.syllabus.skills import syllabus

FOLDER = Path(__file__).parent
BENCHMARKS = FOLDER.parent / "benchmarks"
PAGE = FOLDER / "the-essay.md"
WIDTH = 120

TOP = """# The essay, claim by claim

An essay is not a result. The one behind this project argues that "emergence" is mostly learning that was not looked for
early enough, and it ends with a question: what would kindergarten, middle school and high school be for genomics and
for
perturbation biology? Here is its argument in our words, claim by claim; beside each claim what we measured, whatever
came out, and the command that measures it again. Engines here are small and most worlds are simulated: this shows how
the argument fares where the truth is known.
"""


def read(name: str) -> Any:
    """The figures of one benchmark."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))


def number(value: float, digits: int = 2) -> str:
    """Without a zero before the point, with a real minus sign."""
    text = f"{value:.{digits}f}".replace("-", "−")
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text


def percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def interval(found: dict[str, float], digits: int = 3) -> str:
    """Mean with its 90 % interval."""
    return f"{number(found['mean'], digits)} [{number(found['q05'], digits)}, {number(found['q95'], digits)}]"


def journey(study: str, engine: str, readout: str = "likelihood") -> Any:
    """What one engine of a study did, by one readout."""
    return next(j for j in read("essay")["studies"][study]["journeys"]
                if j["engine"].startswith(engine) and j["readout"] == readout)


def score(study: str, skill: str, engine: str = "") -> Any:
    """The curve of one skill."""
    return next(c for c in read("essay")["studies"][study]["curves"]
                if c["skill"].endswith(skill) and c["engine"].startswith(engine))


def abrupt() -> str:
    journeys = [j for s in read("essay")["studies"].values() for j in s["journeys"]]
    risen, sharp = (sum(j[key] for j in journeys) for key in ("risen", "abrupt"))
    twins = sum(j["twin_abrupt"] for j in journeys)
    power, concepts = read("power"), read("arithmetic_concepts")
    sharp_facts = sorted((c["median_fact_width"], c["skill_width"]) for name, c in concepts.items()
                         if c["skill_width"] and "many-digit" not in name and c["share_abrupt"] > 0.5)
    widths = [w for _, w in sharp_facts]
    copying = next(curve for curve in read("beyond_words")["lessons"]["long-repeats-close-up"]
                   if curve["skill"] == "genomics/copy[identical]")
    return f"""## 1. "Abilities appear abruptly"

**Mostly wrong for skills, right for single concepts.**

- Of {risen} scores that reached one half in the three built-in studies, {sharp} rose abruptly, that is within a third
  of
  a decade of data with probability .9; of their sharp twins (exact match, first place) {twins} did. The test can
  tell: of
  simulated sharp rises at eight points a quarter of a decade apart, scored on 500 items, it finds
  {percent(power["sharp, 0.25 decades apart, share of 500 items"]["abrupt"])}, and calls
  {percent(power["smooth, 8 points"]["abrupt"])} of smooth ones abrupt. `python benchmarks/power.py`
- **Single concepts do jump.** One fact of arithmetic is learned within {number(sharp_facts[0][0])} to
  {number(sharp_facts[-1][0])} decades in the median, the skill made of such facts takes {min(widths):.1f} to
  {max(widths):.1f}. A skill is smooth since its facts are not equally common, not because nothing jumps.
  `python benchmarks/arithmetic_concepts.py`
- **One whole skill does too**: a small transformer that reads nothing but copies of stretches of 64 random letters
  finds out how to copy within {number(copying["width"])} decades of data (90 % {number(copying["width_90"][0])} to
  {number(copying["width_90"][1])}), on a score in bits: {copying["verdict"]}. Where copies are a seventh of the text
  it begins to between 10 and 30 Mb, slowly. `python benchmarks/beyond_words.py`, [what nets
  learn](does-the-order-hold.md)
"""


def metric() -> str:
    found = read("apparent_emergence")
    sizes, readings = found["sizes"], found["readings"]
    at = sizes.index(63)
    agree, called = (sum(readings[name][at]) / 2 for name in ("agreement", "called"))
    last = sum(readings["agreement"][-1]) / 2
    writing, likelihood = journey("arithmetic", "ngram", "generation"), journey("arithmetic", "ngram")
    identity, wrote = (j["rises"]["arithmetic/identities"] for j in (likelihood, writing))
    metrics = sorted({name.split("/")[1] for name in likelihood["metric"]})
    said = f"{len(metrics)} skills ({', '.join(metrics)})" if metrics else "no skill"
    return f"""## 2. "You see no signal until the threshold is reached"

**It depends on how one asks.**

- *Perturbation.* After {sizes[at]} experiments of a simulated screen the predictions agree with the truth at
  {number(agree)}, {percent(agree / last)} of what {sizes[-1]:,} experiments bring; read by a pass mark ("half of the
  genes called"), {percent(called)} of the perturbations pass. Same answers, another reading: the jump is the metric's.
  `python benchmarks/apparent_emergence.py`
- *Arithmetic.* Of {said} the exact match of the n-gram engine looks like a threshold where the score beneath it does
  not.
  The frontier skill, small proofs, was half way by choice at {pretty(identity["half"])} characters, before the first
  proof
  was met ({pretty(identity["first_met"])}): proofs are written in sums and products. Asked to *write* a proof, the same
  engine is at {number(wrote["score"])}. [Arithmetic at school](arithmetic.md)
"""


def rare() -> str:
    ecoli, human = (read("essay")["corpora"][name] for name in ("E. coli O157", "human chr22, 1 Mb"))
    boxes, atg = (ecoli["rows"][name] for name in ("genomics/right-place: perfect -35 and -10 boxes",
                                                   "genomics/start-codon: ATG"))
    donor = human["rows"]["genomics/splice-site: consensus donor"]
    met = journey("arithmetic", "ngram")
    last = met["first_met"]
    tiers = [score("screen", f"rare-pathway[tier-{t}]", "response-kernel") for t in (4, 1)]
    never = [sum(row["met"] == 0 for row in c["rows"].values()) for c in (ecoli, human)]
    return f"""## 3. "Advanced concepts are rare: you must read a huge share of the corpus to meet them at all"

**Right, and it can be counted before anything is trained** ([exposure](exposure.md)).

- *Arithmetic.* Every kindergarten skill was met within {pretty(last["kindergarten"])} characters of the web, high
  school
  within {pretty(last["high"])}, the frontier after {pretty(last["frontier"])}:
  {percent(last["frontier"] / met["corpus"])}
  of all there is.
- *Genomics.* In *E. coli* ATG stands {atg["per_mb"]:,.0f} times per megabase, a consensus splice donor in a megabase of
  human DNA {donor["per_mb"]:.0f} times, a perfect pair of promoter boxes {boxes["met"]} time in
  {ecoli["bases"] / 1e6:.1f} Mb: {pretty(boxes["ten_times_at"])} bases of such a genome would show ten. {never[0]} of
  {len(ecoli["rows"])} concepts of the syllabus never occur in *E. coli*, {never[1]} of {len(human["rows"])} in the
  human
  megabase. `kindergrad exposure GENOME`
- *Perturbation.* Of the pathways in the simulated screen the commonest tier is met in
  {percent(tiers[1]["frequency"])} of
  the experiments, the rarest in {number(100 * tiers[0]["frequency"], 1)} %.
- **But rarity of the form is not rarity of the skill.** What a rare skill needs may be common: the proofs above, or the
  rarest pathway, at {number(tiers[0]["score"])} where the commonest is at {number(tiers[1]["score"])}.
"""


def order() -> str:
    ngram, net = journey("arithmetic", "ngram"), journey("arithmetic", "text-transformer")
    halves = ", ".join(f"{grade} {pretty(at)}" for grade, at in ngram["grades"].items() if at)
    lowest = min(e["p"] for e in ngram["order"] if e["verdict"] == "holds")
    kernel = score("screen", "nothing", "response-kernel")
    genome = [c for c in read("essay")["studies"]["genomics"]["curves"] if c["score"] is not None]
    word, frame = (next(c for c in genome if c["skill"].endswith(name)) for name in ("exact-word", "reading-frame"))
    place, start = (next(c for c in genome if c["skill"].endswith(name))
                    for name in ("right-place[place]", "start-codon"))
    screen = next(j for j in read("essay")["studies"]["screen"]["journeys"] if j["engine"] == "response-kernel")
    return f"""## 4. "Kindergarten, middle school and high school show whether the engine moves in the wanted direction"

**Right as a direction; the order of the grades is a hypothesis, and some of ours is wrong.**

- *Arithmetic.* The median skill of a grade reaches one half at {halves} characters (n-gram; what lies beyond
  {pretty(ngram["scale"])} is a forecast), with probability at least {number(lowest)} each before the
  next{_but(ngram["order"])}. The small
  transformer rises in the same order{_but(net["order"])}: it adds columns of long numbers before it knows the sums
  that they are said to need.
- *Genomics.* After {pretty(word["scale"])} bases the context model knows the words of the synthetic genome
  ({number(word["score"])}), half of the reading frame ({number(frame["score"])}), little of start codons
  ({number(start["score"])}) and nothing of where a site must stand ({number(place["score"])}): in the order of the
  grades.
- *Perturbation.* Saying that nothing happens where nothing happens was put into kindergarten. The kernel regression
  stands at {number(kernel["score"])} there after {kernel["scale"]:,.0f} experiments, far below what it has learned of
  harder skills: it imagines effects of idle genes. The grades of the screen rise in order{_but(screen["order"])}.
  `kindergrad run --domain perturbation`
"""


def _but(order: list[dict[str, Any]]) -> str:
    """Neighbouring grades that did not rise in the order of the syllabus, or of which it cannot be told."""
    wrong = [f"{e['harder']} before {e['easier']}" for e in order if e["verdict"] == "violated"]
    open_ = [f"{e['easier']} and {e['harder']}" for e in order if e["verdict"] == "cannot tell yet"]
    said = [f"but {' and '.join(wrong)}"] * bool(wrong) + [f"and cannot be told of {'; '.join(open_)}"] * bool(open_)
    return f" ({', '.join(said)})" if said else ""


def small() -> str:
    net = journey("arithmetic", "text-transformer")
    told, steps = net["foretold"], read("training_steps")
    few, many = (run["exams"] for run in steps["runs"])
    more = steps["runs"][1]["effort"] / steps["runs"][0]["effort"]
    column = "arithmetic/many-digit-addition[four-digits]"
    chosen, written = (journey("arithmetic", "ngram", readout)["rises"][column]["score"]
                       for readout in ("likelihood", "generation"))
    far = score("genomics", "spacing[far]")
    return f"""## 5. "If it cannot learn from little data, why should it learn from more?"

**Half right. Flat at little data is a bad sign, not a proof.**

- The transformer on the web of arithmetic was flat in most skills at a tenth of its data; of {net["curves"]} curves
  {net["risen"]} reached one half at the end. A forecaster who took flat for never would have been wrong; ours, which
  leaves room for a rise, was outside its interval {told["n"] - told["inside90"]} times of {told["n"]}.
- **Nor was it short of data.** On the same {steps["characters"]:,} characters, {more:.0f} times as many steps of
  training
  take counting from {few["counting"]:.2f} to {many["counting"]:.2f} and the successor of a number from
  {few["successor"]:.2f} to {many["successor"]:.2f}, where a guess gets .50. A flat kindergarten is a reason to look at
  the training before asking for more data. `python benchmarks/training_steps.py`
- **Thresholds of architecture exist.** The n-gram engine picks the right sum of two four-digit numbers
  ({number(chosen)}) and does not write it ({number(written)}), at any size: it cannot look up what stands farther back
  than its 12 characters. The context model on DNA keeps motifs at their distance no better than chance
  ({number(far["score"])} after {pretty(far["scale"])} bases), for the same reason. More data move neither; another
  architecture does, and only an exam of the skill by itself shows that.
  [What nets learn that a context model does not](does-the-order-hold.md)
"""


def falls() -> str:
    found = read("essay")["published"]
    points = found["LLR"]["points"]
    top = max(points, key=lambda p: p[1])
    probe = found["linear_probe"]["points"]
    copy = score("genomics", "copy[identical]")
    return f"""## 6. "Learning is continuous": more data, more skill?

**Continuous does not mean upward. Scores can fall with scale.**

- Published, for the DNA language models MarinDNA (issues 296, 302 and 341 of Open-Athena/marin-dna): ranking of
  missense variants by likelihood rises from
  {number(points[0][1])} at {points[0][0]:.0f}M parameters to {number(top[1])} at {top[0]:.0f}M and falls to
  {number(points[-1][1])} at {points[-1][0] / 1000:.0f}B; a linear probe on the same models rises from
  {number(probe[0][1])} to {number(probe[-1][1])}. Our fit gives a rise of the first {percent(found["LLR"]["rises"])}.
- Measured here: copying a stretch of noise stands at {number(copy["score"])} for the context model after
  {pretty(copy["scale"])} bases, below the floor of an engine that knows nothing: more data make it surer of itself, and
  wrong (`kindergrad run`). So a skill is never read by one readout alone, and scores are never clipped.
"""


def promise() -> str:
    found = read("kindergarten_predicts")
    key = "all - all but rungs"

    def told(part: str, case: str) -> str:
        return interval(found[part][case]["all"]["difference"][key])

    later = told("ladders", "later grades from kindergarten, no frequency; all cuts")

    return f"""## 7. "This does not guarantee the advanced skill, but it tells where the engine is going"

**Right where it is known how often each concept occurs; not measurably where it is not; and the warning is right too.**

What lower rungs add to a forecast of a hard skill that knows everything else (CRPS in units of the score, 90 %; below 0
they help):

| case | with rungs − without |
|---|---|
| simulated, exposure law true | {told("simulated", "exposure law true")} |
| simulated, law slightly wrong | {told("simulated", "exposure law slightly wrong")} |
| rare words from common ones (8 genomes) | {told("ladders", "word tiers 5 to 8 from tiers 1 to 4; all cuts")} |
| periodicity, long units from short ones | {told("ladders", "periodicity, units 4 to 6 from 1 to 3; all cuts")} |
| later grades from kindergarten, no frequencies | {later} |
| published language models, larger ones | {told("published", "larger models; all cuts")} |
| *control*: the hard skill is never learned | {told("simulated", "hard skill never learnt")} |

In the last line the ladder promises what never comes, as the essay warned.
[Does kindergarten predict high school?](does-kindergarten-predict-high-school.md)
"""


def belief() -> str:
    ngram, net = journey("arithmetic", "ngram")["foretold"], journey("arithmetic", "text-transformer")["foretold"]
    scaling = read("obs_scaling")
    cuts = ("8.4", "30.0", "84.0")
    held = ", ".join(percent(scaling[cut]["coverage90"]) for cut in cuts)
    errors = ", ".join(number(scaling[cut]["mse"], 3) for cut in cuts)
    blind = ", ".join(percent(scaling[cut]["blind"]["coverage90"]) for cut in cuts)
    best = ", ".join(number(min(v for k, v in scaling[cut].items() if k.startswith("published")), 3) for cut in cuts)
    return f"""## 8. "So we can update our belief continuously"

**We can, and the belief must be scored like any forecast.**

- From a tenth of the data, registered before the end was seen: {ngram["inside90"]} of {ngram["n"]} outcomes of the
  n-gram
  engine lie in their 90 % interval, off by {number(ngram["median_off"])} in the median; of the transformer
  {net["inside90"]} of {net["n"]}, and {net["above"]} of the {net["n"] - net["inside90"]} others came out above
  theirs. Its skills rise together once training takes hold: that is one
  surprise, counted {net["n"] - net["inside90"]} times, and intervals made curve by curve do not know it.
- On published tasks called emergent, from models below three cuts of compute: 90 % intervals held {held}, mean squared
  errors were {errors}, those of the best published variant {best}. These answers were in sight when the method was
  chosen; on tasks that nobody had looked at the intervals held {blind}.
  [How far to trust a forecast](how-far-to-trust.md)
"""


def question() -> str:
    books = {domain: syllabus(domain) for domain in Domain}
    ready = {domain: sum(s.needs_data is None for s in skills.values()) for domain, skills in books.items()}
    said = "; ".join(f"{domain.value} {len(books[domain])} skills, of which {ready[domain]} can be examined now"
                     for domain in (Domain.GENOMICS, Domain.PERTURBATION, Domain.ARITHMETIC))
    return f"""## 9. "I cannot easily come up with such a sequence. Can you?"

An attempt, in six grades each: {said}. Each entry says what one item looks like, what can be had without the skill, how
often data show it, and how the exam could be passed by a trick: [genomics](syllabus/index.md),
[perturbation](syllabus/perturbation/index.md), [arithmetic](syllabus/arithmetic/index.md). The grades are hypotheses.
Where they were wrong, it stands above.
"""


def again() -> str:
    return """## Repeat it

```
kindergrad run --out genomics && kindergrad run --domain perturbation --out screen
kindergrad run --domain arithmetic --out arithmetic
python benchmarks/essay.py genomics screen arithmetic ../shared/data --out benchmarks/essay.json
python docs/make_essay.py
```

The other figures lie beside the scripts named, as JSON. All are of one seed where nothing else is said.
"""


def wrapped(text: str) -> str:
    """Paragraphs and items of lists filled to the width; headings, tables and commands as they are."""
    out: list[str] = []
    for block in text.strip().split("\n\n"):
        if block.startswith(("#", "|", "```")):
            out.append(block)
            continue
        items = ("\n" + block).split("\n- ")
        texts = [items[0].strip(), *(f"- {item}" for item in items[1:])]
        out.append("\n".join(_filled(text) for text in texts if text))
    return "\n\n".join(out) + "\n"


def _filled(text: str) -> str:
    return textwrap.fill(re.sub(r"[ \n]+", " ", text), WIDTH, subsequent_indent="  " if text.startswith("- ") else "",
                         break_long_words=False, break_on_hyphens=False)


def page() -> str:
    """The whole page."""
    return wrapped("\n".join((TOP, abrupt(), metric(), rare(), order(), small(), falls(), promise(), belief(),
                              question(), again())))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
