"""A causal dilated convolutional language model of DNA.

Every block looks twice as far back as the one before: seven blocks of three letters see 255.

Shows: words, and words at a distance, within a fixed reach.
Does not show: copying from anywhere, or anything beyond the reach.
Source: Dauphin et al. (2017), arXiv:1612.08083 (gated convolutions); van den Oord et al. (2016), arXiv:1609.03499.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.engine import EngineSpec
from kindergrad.engines._language_model import LanguageModel
from kindergrad.engines._layers import gated_convolution

_KERNEL = 3


class Convolution(LanguageModel):
    """Causal convolutional language model (torch), trained along the data ladder."""

    name = family = "convolution"

    def __init__(self, width: int = 64, depth: int = 7, *, effort: float = 1.0, window: int = 256,
                 device: str = "auto", seed: int = 0) -> None:
        super().__init__(width, depth, effort=effort, window=window, device=device, seed=seed)

    def blocks(self) -> list[Any]:
        return [gated_convolution(self.width, kernel=_KERNEL, dilation=2**i) for i in range(self.depth)]


ENGINES = (EngineSpec(make=Convolution, id="convolution", extra="torch"),)
