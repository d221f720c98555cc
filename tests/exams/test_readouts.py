"""Engines of every kind in a study: probes, pseudo-likelihoods, own scale points, untrained copies, windows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kindergrad.core import config
from kindergrad.core.config import StudyConfig
from kindergrad.core.errors import StudyError, UnknownNameError
from kindergrad.core.names import Axis, Readout, Role, Status
from kindergrad.core.records import Record
from kindergrad.exams import catalogue, defaults, plan, readouts, run
from kindergrad.report import card

PLUGIN = '''
"""Engines with every method that a study knows of."""
import numpy as np
from kindergrad.core.dna import encode
from kindergrad.core.names import Axis
from kindergrad.core.scale import Scale
from kindergrad.engines.markov import Markov


class Grown(Markov):
    """A Markov chain that came trained, in three sizes."""
    name = "grown"

    def __init__(self, short=False):
        super().__init__(max_order=3)
        self.short = short

    learn = None

    def points(self):
        x = [1e3, 1e5, 1e4] if self.short else [1e3, 1e4, 1e5]
        return [(Scale(axis=Axis.TOKENS, value=v), Scale(axis=Axis.PARAMETERS, value=7)) for v in x]

    def stand_at(self, point):
        from kindergrad.worlds.genome import SyntheticGenome
        super().__init__(max_order=3)
        Markov.learn(self, [SyntheticGenome(size=100_000).corpus(0)[0][: 10 ** (3 + point)]])

    def digest(self, point):
        return f"point {point}"

    def untrained(self):
        return Grown()

    def windowed(self, sequences):
        return np.array([len(t) > 130 for t in sequences])


class Masked:
    """Pseudo-likelihoods and embeddings only: the letters of a text, and how often each occurs."""
    name = "masked"

    def pseudo_log_likelihood(self, context, target):
        return np.array([-1.0 * t.count("A") for t in target])

    def embed(self, sequences):
        return np.array([[t.count(x) for x in ("A", "C", "CG", "TA", "GT")] for t in sequences], dtype=float)
'''


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plugin") / "every_kind.py"
    path.write_text(PLUGIN)
    return path


def study(plugin: Path, *engines: dict[str, object], **more: object) -> StudyConfig:
    raw: dict[str, object] = {"world": {"size": 100_000}, "scales": [1e4, 1e5], "items": 40, "plugins": (plugin,),
                              "assessments": ["genomics/next-base", "genomics/whose-genome"], "engines": engines}
    return config.build(raw | more)


@pytest.fixture(scope="module")
def found(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Record]]:
    out = tmp_path_factory.mktemp("run")
    run.run(study(plugin, {"id": "grown"}, {"id": "masked"}, {"id": "sklearn", "scales": [50, 200]}), out)
    return out, run.records(out)


def of(found: list[Record], engine: str, **more: object) -> list[Record]:
    own = [r for r in found if r.identity.engine == engine]
    return [r for r in own if all(getattr(r.identity, name) == value for name, value in more.items())]


def test_an_engine_that_came_trained_stands_at_its_own_points(found: tuple[Path, list[Record]]) -> None:
    own = of(found[1], "grown", assessment="genomics/next-base")
    assert sorted(r.main_scale.value for r in own) == [1e3, 1e4, 1e5]
    assert {tuple(s.axis for s in r.identity.scale) for r in own} == {(Axis.TOKENS, Axis.PARAMETERS)}
    assert len({r.identity.engine_digest for r in own}) == 3, "another point, another engine"
    scores = {r.main_scale.value: r.value for r in own}
    assert scores[1e5] > scores[1e3]  # type: ignore[operator]


def test_its_untrained_copy_sits_once_with_a_role_of_its_own(found: tuple[Path, list[Record]]) -> None:
    (copy,) = of(found[1], "grown-untrained", assessment="genomics/next-base")
    assert copy.role is Role.UNTRAINED
    assert copy.main_scale.value == 1e5
    assert copy.value == pytest.approx(0.0, abs=1e-6), "an empty chain gains nothing"
    assert not of(found[1], "masked-untrained")
    read = card.load(found[0])
    assert {r.engine for r in read if r.role is Role.LEARNER} == {"grown", "masked", "sklearn"}


def test_windows_are_told_with_the_items(found: tuple[Path, list[Record]]) -> None:
    told = {r.skill: r.reason for r in of(found[1], "grown") if r.reason}
    assert told
    for skill, reason in told.items():
        assert "40 of 40 items were read in windows" in reason, skill
        assert "items 0, 1, 2, 3, 4, 5, 6, 7 ..." in reason


def test_pseudo_likelihood_and_probe_need_no_line_in_an_assessment(found: tuple[Path, list[Record]]) -> None:
    asked = {(r.identity.assessment, r.identity.readout) for r in of(found[1], "masked")}
    assert asked == {("genomics/next-base", Readout.PSEUDO_LIKELIHOOD),
                     ("genomics/whose-genome", Readout.PSEUDO_LIKELIHOOD), ("genomics/whose-genome", Readout.PROBE)}
    assert all(r.status in (Status.OK, Status.UNSCORED) for r in of(found[1], "masked"))


def test_a_probe_of_an_engine_is_the_probe_of_its_embedding(found: tuple[Path, list[Record]], plugin: Path) -> None:
    """The readout ``probe`` is the engine ``sklearn`` on the same embedding and the same training items."""
    from kindergrad.engines.sklearn_ import Probe
    from kindergrad.exams import sit

    ready = run.prepare(study(plugin, {"id": "masked"}), found[0], lambda *_: None)
    masked = catalogue.engine("masked", (plugin,)).make()
    key = next(k for k, (a, _, _) in ready.materials.items() if a.id == "genomics/whose-genome")
    from kindergrad.exams import material

    made = material.load(ready.store.cache / f"{key}.npz")
    assert made.train is not None
    train = sit.first(made.train, sit.PROBE_ITEMS)
    a = catalogue.assessment("genomics/whose-genome")
    direct = a.readouts[Readout.FIT](Probe(masked), made.items.asked, train)
    assert np.array_equal(direct, readouts.put(masked, a, Readout.PROBE, made.items, train))
    record = next(r for r in of(found[1], "masked", readout=Readout.PROBE) if r.skill == a.curve(made.level))
    assert record.value == pytest.approx(float(a.score(direct, made.items).mean()))


def test_examples_are_the_scale_of_fit_only(found: tuple[Path, list[Record]]) -> None:
    fitted = of(found[1], "sklearn", readout=Readout.FIT)
    assert {r.main_scale.value for r in fitted if r.status is not Status.NOT_APPLICABLE} == {50, 200}
    assert {r.identity.readout for r in of(found[1], "grown")} == {Readout.LIKELIHOOD}


def test_a_ladder_out_of_order_is_refused(plugin: Path, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="strictly increasing"):
        run.run(study(plugin, {"id": "grown", "settings": {"short": True}}), tmp_path)


def test_one_engine_in_the_place_of_others(plugin: Path) -> None:
    base = study(plugin, {"id": "masked"}, goal="genomics/next-base>=0.5@1e6")
    assert defaults.with_engine(base, "markov", ["max_order=4"]).engines[0].settings == {"max_order": 4}
    assert defaults.with_engine(base, "markov", []).goal == base.goal
    assert defaults.with_engine(base, "grown", []).goal is None, "its scale has another unit"
    for wrong in ("max_order", "=3", ""):
        with pytest.raises(StudyError, match="expected key=value"):
            defaults.with_engine(base, "markov", [wrong])
    with pytest.raises(StudyError, match="engine 'markov' refuses its settings"):
        defaults.with_engine(base, "markov", ["max_order=40"])
    with pytest.raises(UnknownNameError, match="did you mean 'markov'"):
        defaults.with_engine(base, "markow", [])


def test_engines_of_missing_extras_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from kindergrad.core import extras
    from kindergrad.core.config import EngineConfig
    from kindergrad.core.errors import InputError

    monkeypatch.setattr(extras, "EXTRAS", extras.EXTRAS | {"torch": "no_such_module", "hf": "no_such_module"})
    for name, extra in (("transformer", "torch"), ("huggingface", "hf"), ("checkpoints", "hf")):
        config_ = EngineConfig(id=name, settings={} if extra == "torch" else {"path": "x"})
        with pytest.raises(InputError, match=rf"pip install 'kindergrad\[{extra}\]'"):
            plan.make(catalogue.engine(name), config_, 0)
        listed = {row.id: row.status for row in catalogue.listing("engines")}
        assert listed[name] == "needs-extra"
        assert listed["markov"] == "ready"


class NoisyEmbedding:
    """Embeddings that are not finite now and then."""

    def embed(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        out = np.ones((len(sequences), 2))
        out[::7] = np.nan
        return out


def test_a_probe_of_broken_embeddings_fails_with_counts(plugin: Path, tmp_path: Path) -> None:
    from kindergrad.core.errors import EngineError
    from kindergrad.exams import material, sit

    ready = run.prepare(study(plugin, {"id": "masked"}), tmp_path, lambda *_: None)
    key, (a, _, _) = next((k, v) for k, v in ready.materials.items() if v[0].id == "genomics/whose-genome")
    made = material.load(ready.store.cache / f"{key}.npz")
    with pytest.raises(EngineError, match="sequences hold non-finite numbers"):
        sit.ask(NoisyEmbedding(), a, Readout.PROBE, made.items, made.train)
