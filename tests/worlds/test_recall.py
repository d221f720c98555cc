"""Keys, values and distances are what they should be, up to a megabase, and the posterior is exact."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.dna import decode
from kindergrad.core.seeds import item_streams, stream
from kindergrad.testing import check_world
from kindergrad.worlds import recall
from kindergrad.worlds.recall import BETWEEN, Recall


def test_it_is_a_world() -> None:
    check_world(recall.make(0, size=30_000), again=recall.make(0, size=30_000))


@pytest.mark.parametrize("distance", [100, 1_000_000])
def test_the_value_stands_after_its_key_at_the_distance(distance: int) -> None:
    world = Recall(error=0.0)
    asked = world.ask(stream(0, "ask"), distance)
    text = decode(asked.context)
    key, value = text[-world.key :], decode(asked.values[0])
    block = world.pairs * (world.key + world.value + BETWEEN)
    assert len(text) == block + distance + world.key
    assert text.index(key + value) < block
    assert asked.log_p[0] == pytest.approx(0.0, abs=1e-6)


def test_other_keys_are_near_and_other_values_differ() -> None:
    world = Recall(error=0.0, apart=2)
    asked = world.ask(stream(1, "ask"), 50)
    text = decode(asked.context)
    for value in asked.values[1:]:
        end = text.index(decode(value))
        other = text[end - world.key : end]
        assert sum(a != b for a, b in zip(other, text[-world.key :], strict=True)) == 2
    assert len({decode(v) for v in asked.values}) == world.pairs


def test_posterior_by_bayes_and_harder_with_errors() -> None:
    world = Recall(error=0.1, key=3, apart=1)
    keys = np.array([[0, 1, 2], [0, 1, 3], [3, 3, 3], [0, 0, 2]], dtype=np.uint8)
    p = [(0.9 if a == 0 else 0.1 / 3) * (0.9 if b == 1 else 0.1 / 3) * (0.9 if c == 2 else 0.1 / 3)
         for a, b, c in keys.tolist()]
    found = world.log_posterior(keys, np.array([0, 1, 2], dtype=np.uint8))
    assert np.exp(found) == pytest.approx(np.array(p) / sum(p))

    def right(w: Recall) -> float:
        return float(np.mean([np.argmax(w.ask(rng, 10).log_p) == 0 for rng in item_streams(300, 0, "errors")]))

    assert right(Recall(error=0.02)) > right(Recall(error=0.3)) + 0.02
    assert right(Recall(error=0.2, apart=8)) > right(Recall(error=0.2, apart=1)) + 0.02


def test_keys_cannot_differ_in_more_letters_than_they_have() -> None:
    with pytest.raises(ValueError, match="cannot differ in 17"):
        Recall(apart=17)
