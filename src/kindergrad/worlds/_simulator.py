"""What all simulators with a corpus share: identity, a corpus that every seed reads from another place, a control."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode
from kindergrad.core.names import Axis
from kindergrad.core.records import Split

BLOCK = 100
"""Letters within which the control corpus is shuffled."""


@dataclass(frozen=True, kw_only=True)
class Simulator(ABC):
    """A world whose items and corpus come from the same known process.

    Attributes
    ----------
    size : letters of the corpus.
    """

    seed: int = 0
    size: int = 1_000_000

    name: ClassVar[str]
    version: ClassVar[int] = 1
    kind: ClassVar[str] = "simulated"
    exact: ClassVar[bool] = True
    offers: ClassVar[frozenset[str]]
    missing: ClassVar[dict[str, str]] = {}
    axis: ClassVar[Axis] = Axis.BASES
    smallest: ClassVar[int] = 1000
    split: ClassVar[Split] = Split(train=("corpus",), scored=("fresh draws from the same process",))

    @abstractmethod
    def write(self, letters: int) -> NDArray[np.uint8]:
        """At least so many letters of the corpus."""

    @property
    @abstractmethod
    def told(self) -> str:
        """What the world is, without its size and seed."""

    @property
    def id(self) -> str:
        return f"{self.name}-{self.digest[:6]}"

    @property
    def sentence(self) -> str:
        return f"{self.told} (simulated, seed {self.seed})"

    @property
    def digest(self) -> str:
        text = json.dumps([self.name, self.version, asdict(self)], sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @cached_property
    def _codes(self) -> NDArray[np.uint8]:
        return self.write(self.size)[: self.size]

    def corpus(self, seed: int) -> list[str]:
        """The corpus as one piece; each seed starts reading at another place."""
        start = int(seeds.stream(self.seed, "start", seed).integers(1, self.size)) if seed else 0
        return [decode(np.roll(self._codes, -start))]

    def shuffled(self, seed: int) -> list[str]:
        """The same letters with their order destroyed within every 100 bases."""
        start = int(seeds.stream(self.seed, "start", seed).integers(1, self.size)) if seed else 0
        codes = np.roll(self._codes, -start)
        whole = codes[: len(codes) // BLOCK * BLOCK].reshape(-1, BLOCK)
        return [decode(seeds.stream(self.seed, "shuffle", seed).permuted(whole, axis=1).ravel())]
