"""Any causal language model of the Hugging Face kind, asked in plain text: by likelihood of answers, and to write.

Context and answer are cut into tokens together, so that a space before a number goes where the model wants it; the
tokens that differ from those of the context alone are the answer's.

Shows: what the weights know, as they are. Does not show: what the model had read; a model that never saw the notation
of an exam may know the arithmetic. A page of the notation can be put before every question (``preface``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.names import Domain, Readout
from kindergrad.core.scale import Scale
from kindergrad.engines import _transformers, huggingface
from kindergrad.engines._batches import Batches

Floats = NDArray[np.float64]
_MOST_TOKENS = 1 << 14


class CausalText:
    """A causal language model of text, as it lies on disk.

    Parameters
    ----------
    source : model and tokenizer.
    options : how it is read.
    preface : text that is put before every question.
    """

    name = "huggingface-text"

    def __init__(self, source: _transformers.Source, options: huggingface.Options, preface: str = "") -> None:
        self._source, self.options, self._preface = source, options, preface
        self.family = source.family
        self._batches = Batches(_MOST_TOKENS)

    def points(self) -> list[tuple[Scale, ...]]:
        """One point: tokens, where they are given, and parameters."""
        return huggingface.point(self.options, self.parameters)

    def stand_at(self, point: int) -> None:
        """There is one point only."""

    def digest(self, point: int) -> str:
        return self._source.digest()

    @property
    def parameters(self) -> int:
        return self._source.parameters()

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        """Natural log of P(target | context), shape (n,), over the whole vocabulary.

        Raises
        ------
        EngineError
            If a text has more tokens than the model can read at once.
        """
        before = [self._cut(self._preface + text) for text in context]
        whole = [self._cut(self._preface + c + t) for c, t in zip(context, target, strict=True)]
        start = self._source.start(())
        out, every = np.zeros(len(target)), np.arange(int(self._source.config.vocab_size))

        def use(rows: NDArray[np.int64]) -> None:
            places = [(i, at, whole[r][at]) for i, r in enumerate(rows)
                      for at in range(_common(before[r], whole[r]), len(whole[r]))]
            log_p = self._source.log_p([[*start, *whole[r]] for r in rows], places, len(start) - 1, every)
            np.add.at(out, np.array([rows[i] for i, _, _ in places], dtype=np.int64), log_p)

        sizes = np.array([len(ids) if t else 0 for ids, t in zip(whole, target, strict=True)], dtype=np.int64)
        with self._source.frozen():
            self._batches.over(sizes, use)
        return out

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """The most probable tokens until there are ``length`` characters; ``seed`` changes nothing."""
        start = self._source.start(())
        out = []
        with self._source.frozen():
            for text in context:
                ids = [*start, *self._cut((self._preface + text).rstrip(" "))]
                known, written = len(ids), ""
                for _ in range(length + 1):  # a token may be a space only
                    ids.append(self._source.next_token(ids))
                    written = self._source.tokenizer.decode(ids[known:]).lstrip(" ")
                    if len(written) >= length:
                        break
                out.append(written[:length])
        return out

    def _cut(self, text: str) -> list[int]:
        ids = [int(i) for i in self._source.tokenizer(text, add_special_tokens=False)["input_ids"]]
        limit = self._source.context()
        if limit is not None and len(ids) >= limit:
            raise EngineError(f"a text of {len(ids)} tokens does not fit into the {limit} that the model reads at "
                              "once; try a shorter preface")
        return ids


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens two texts begin with together."""
    same = 0
    while same < min(len(left), len(right)) and left[same] == right[same]:
        same += 1
    return same


def huggingface_text(path: str, preface: str | None = None, **options: Any) -> CausalText:
    """Any causal language model of text from a local folder or a hub id (transformers).

    Parameters
    ----------
    path : the folder, or the id on the hub.
    preface : file of text that is put before every question.
    **options : those of :class:`kindergrad.engines.huggingface.Options` that concern loading.

    Raises
    ------
    InputError
        If transformers is missing, or the model or the preface cannot be read.
    """
    chosen = huggingface.Options(**options)
    source = _transformers.load(str(path), chosen)
    if source.kind != "causal":
        raise InputError(f"'{path}' is a {source.kind} model; expected a causal one, that writes from left to right")
    try:
        text = Path(preface).read_text(encoding="utf-8") if preface else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {preface}: {getattr(error, 'strerror', None) or error}") from None
    return CausalText(source, chosen, text)


ENGINES = (EngineSpec(make=huggingface_text, id="huggingface-text", extra="hf", domain=Domain.ARITHMETIC,
                      readouts=(Readout.LIKELIHOOD, Readout.GENERATION)),)
