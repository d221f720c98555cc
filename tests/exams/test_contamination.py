"""Items that stand in a corpus are found on either strand, changed a little or not, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kindergrad.core import config
from kindergrad.core.dna import decode, encode, reverse_complement
from kindergrad.core.errors import InputError
from kindergrad.core.items import Items
from kindergrad.core.seeds import stream
from kindergrad.exams import contamination, material, run
from kindergrad.exams.contamination import texts

STUDY = """
name: leak
world: {size: 60_000}
engines: [{id: markov, settings: {max_order: 6}}]
scales: [1e3, 10k, 60 kb]
assessments: [genomics/real-or-shuffled, genomics/start-codon, genomics/exact-word]
items: 40
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leak")
    (folder / "study.yaml").write_text(STUDY)
    run.run(config.load(folder / "study.yaml"), folder / "out")
    return folder / "out"


def corpus(path: Path, parts: list[str]) -> Path:
    path.write_text("".join(f">r{i}\n{part}\n" for i, part in enumerate(parts)))
    return path


def of(finished: Path, name: str) -> list[str]:
    (path,) = finished.glob(f"cache/*{name}*.npz")
    return texts(material.load(path).items)


def noise(n: int, seed: int) -> str:
    return decode(stream(seed, "noise").integers(4, size=n).astype(np.uint8))


def test_planted_items_are_found_and_no_other(finished: Path, tmp_path: Path) -> None:
    items = of(finished, "start-codon")
    planted = [t if i % 2 else reverse_complement(t) for i, t in enumerate(items[:15])]
    found = contamination.contamination(finished, corpus(tmp_path / "c.fa", [noise(20_000, 1), *planted]))
    by_skill = {s.skill: s for s in found.skills}
    assert found.verdict == "leak"
    start = by_skill["genomics/start-codon"]
    same = sum(t in items[:15] for t in items)  # an item may be drawn twice
    assert (start.items, start.asked, start.copies) == (40, 40, same)
    assert all(s.near_copies == 0 for s in found.skills if s.skill != "genomics/start-codon")


def test_near_copies(finished: Path, tmp_path: Path) -> None:
    """One changed letter near the end leaves most words; one in four changed leaves none."""
    items = of(finished, "real-or-shuffled-pairs")[:20]
    near = [t[:-8] + reverse_complement(t[-8]) + t[-7:] for t in items]
    rng = stream(2, "far")
    far = [decode(((encode(t) + (rng.random(len(t)) < 0.25) * rng.integers(1, 4, size=len(t))) % 4).astype(np.uint8))
           for t in items]
    found = contamination.contamination(finished, corpus(tmp_path / "n.fa", near))
    shares = {s.skill: s for s in found.skills}["genomics/real-or-shuffled[pairs-kept]"]
    assert shares.copies == 0 and shares.near_copies >= 20
    clean = contamination.contamination(finished, corpus(tmp_path / "f.fa", far))
    assert clean.verdict == "clean"


def test_the_own_corpus_of_a_study_is_clean(finished: Path, tmp_path: Path) -> None:
    from kindergrad.exams import build

    world = build.world(config.build({"name": "leak", "world": {"size": 60_000}}))
    found = contamination.contamination(finished, corpus(tmp_path / "own.fa", list(world.corpus(0))))
    assert found.verdict == "clean" and found.corpus.size == 60_000


def test_scores_without_the_copies(finished: Path, tmp_path: Path) -> None:
    items = of(finished, "start-codon")
    found = contamination.contamination(finished, corpus(tmp_path / "c.fa", items[:10]))
    start = [s for s in found.scores if s.skill == "genomics/start-codon"]
    other = [s for s in found.scores if s.skill == "genomics/exact-word"]
    assert len(start) == 3 and all(s.n_clean <= 30 and s.score_clean != s.score for s in start)
    assert all(s.n_clean == 40 and s.score_clean == pytest.approx(s.score) for s in other)
    assert all(s.score_clean_stderr == pytest.approx(s.score_stderr) for s in other)


def test_texts_of_items() -> None:
    target = np.array([["A" * 12 + "C" * 12, "G" * 24], ["T" * 24, "ACGTACGTACGTACGTACGTACGA"]])
    items = Items(asked={"context": np.full((2, 2), "GATTACA"), "target": target},
                  truth={"cluster": np.array(["a", "b"]), "true": np.array([0, 1])})
    assert texts(items) == ["GATTACA" + "A" * 12 + "C" * 12, "GATTACAACGTACGTACGTACGTACGTACGA"]
    short = Items(asked={"target": np.array(["ACGT"])}, truth={"cluster": np.array(["a"])})
    numbers = Items(asked={"x": np.array([1.0])}, truth={"cluster": np.array(["a"])})
    assert texts(short) == texts(numbers) == [""]


def test_words_of_twenty_letters() -> None:
    text = noise(300, 5)
    codes = contamination._words(encode(text))
    assert codes.size == 281
    assert (codes == contamination._words(encode(reverse_complement(text)))[::-1]).all()
    word = min(int("".join(str("ACGT".index(c)) for c in t), 4) for t in (text[7:27], reverse_complement(text[7:27])))
    assert int(codes[7]) == word


def test_simple_repeats_say_nothing() -> None:
    assert contamination._telling(encode("CA" * 40)).size == 0
    assert contamination._telling(encode("CA" * 10 + "G" + "CA" * 10)).size == 0
    assert contamination._telling(encode(noise(60, 6))).size == 41


def test_folders_that_cannot_be_used(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run folder"):
        contamination.contamination(tmp_path, tmp_path / "c.fa")
    import shutil

    bare = shutil.copytree(finished, tmp_path / "bare", ignore=shutil.ignore_patterns("*.npz"))
    with pytest.raises(InputError, match="holds no items"):
        contamination.contamination(bare, corpus(tmp_path / "c.fa", [noise(2000, 7)]))
