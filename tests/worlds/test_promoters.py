"""Promoters keep their letters when parts move, and the oracle is the ratio of the two processes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.seeds import stream
from kindergrad.worlds import _sites, promoters


def drawn(rng: np.random.Generator) -> np.ndarray:
    noise, far, near, spacer, gap = promoters.draw(rng)
    return promoters.write(noise, (far, near), int(rng.choice(promoters.PADS)), (spacer, gap))


def test_odds_are_the_ratio_of_promoter_to_noise() -> None:
    """Of half promoters and half noise, 2 odds / (1 + odds) has mean one if and only if the odds are right.

    The plain mean of the odds under noise is one too, but a draw of 10^5 never meets the rows that carry it.
    """
    rng = stream(0, "test")
    rows = np.stack([drawn(rng) for _ in range(3000)])
    noise = rng.integers(0, 4, rows.shape).astype(np.uint8)
    ratio = 2 / (1 + np.exp(-np.concatenate([promoters.log_odds(rows), promoters.log_odds(noise)])))
    assert abs(float(ratio.mean()) - 1) < 4 * 2 * 0.5 / np.sqrt(len(ratio))
    assert ratio[:3000].mean() > 1.9 and ratio[3000:].mean() < 0.1


def test_odds_of_the_terms_average_to_one_under_noise() -> None:
    """Each box by enumeration; and the start site, one of 64 words, by hand."""
    words = np.array(list(itertools.product(range(4), repeat=6)), dtype=np.uint8)
    for box in (_sites.MINUS_35, _sites.MINUS_10, _sites.RIBOSOME_SITE):
        assert np.exp(_sites.box_log_odds(words, box)).mean() == pytest.approx(1.0)
    for shares in (_sites.SPACER_SHARE, _sites.DISCRIMINATOR_SHARE, _sites.RIBOSOME_GAP_SHARE):
        assert shares.sum() == pytest.approx(1.0)


def test_log_odds_by_plain_enumeration() -> None:
    row = drawn(stream(1, "test"))
    text = "".join("ACGT"[c] for c in row)

    def box(at: int, consensus: str) -> float:
        return float(np.prod([0.9 / 0.25 if a == b else 0.1 / 3 / 0.25
                              for a, b in zip(text[at : at + 6], consensus, strict=True)]))

    total = 0.0
    for pad in promoters.PADS:
        for spacer, p in zip(_sites.SPACERS, _sites.SPACER_SHARE, strict=True):
            for gap, q in zip(_sites.DISCRIMINATORS, _sites.DISCRIMINATOR_SHARE, strict=True):
                site = pad + 6 + spacer + 6 + gap
                start = 64.0 if text[site : site + 3] == _sites.START_SITE else 0.0
                near = box(pad + 6 + spacer, _sites.MINUS_10)
                total += box(pad, _sites.MINUS_35) * near * start * p * q / len(promoters.PADS)
    assert promoters.log_odds(row[None, :])[0] == pytest.approx(np.log(total))


def test_moving_a_part_keeps_every_letter() -> None:
    noise, far, near, spacer, gap = promoters.draw(stream(2, "test"))
    rows = [promoters.write(noise, (far, near), pad, gaps)
            for pad in promoters.PADS for gaps in ((spacer, gap), (spacer + 5, gap), (10, 4), (24, 6))]
    assert {row.shape for row in rows} == {(promoters.LENGTH,)}
    assert len({tuple(np.bincount(row, minlength=4)) for row in rows}) == 1
