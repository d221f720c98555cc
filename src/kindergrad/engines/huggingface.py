"""Any causal or masked DNA model of the Hugging Face kind, from a folder or a hub id.

A causal model is asked for likelihoods by the chain rule. A masked one has none: it is asked for pseudo-likelihoods
(Salazar et al. 2020, doi:10.18653/v1/2020.acl-main.240), which are a readout of their own. Both have embeddings.
Letters are read with the model's own tokenizer; probabilities are those among tokens that spell DNA. Context and target
are cut into tokens apart, so that with tokens of several letters a likelihood is that of these tokens.

Shows: what the weights know, as they are.
Does not show: what the model would learn; it stands at one point of scale: the tokens that it was trained on where they
are given, else its number of parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import scale as scales
from kindergrad.core.dna import encode, reverse_complement
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import InputError
from kindergrad.core.names import Axis, Readout
from kindergrad.core.scale import Scale
from kindergrad.engines import _transformers
from kindergrad.engines._batches import Batches
from kindergrad.engines._tokens import Cut, Tokens
from kindergrad.engines._windows import windows

Floats = NDArray[np.float64]
_MOST_TOKENS = {"cpu": 1 << 14, "cuda": 1 << 17}


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a model is read.

    Attributes
    ----------
    tokens : how many tokens it was trained on (``300G``), or None.
    context : most tokens of one pass; None: what the model's configuration says, which may be no limit.
    both_strands : average with the reverse complement.
    layer : whose hidden states are the embedding.
    passes : of a masked model: every ``passes``-th token is hidden at once; 0: one at a time, as published.
    kind : ``causal`` or ``masked``, where the model's own name does not tell.
    device, dtype : as torch names them; ``auto`` takes a GPU if there is one.
    tokenizer : folder of the tokenizer, where it lies elsewhere.
    revision, trust_remote_code : passed on to the library; the second runs code that comes with the model.
    """

    tokens: float | str | None = None
    context: int | None = None
    both_strands: bool = False
    layer: int = -1
    passes: int = 8
    kind: str | None = None
    device: str = "auto"
    dtype: str = "float32"
    tokenizer: str | None = None
    revision: str | None = None
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        if self.context is not None and self.context < 4:
            raise ValueError(f"context must be at least 4 tokens; got {self.context}")
        if self.passes < 0:
            raise ValueError(f"passes must be 0 or more; got {self.passes}")
        if self.kind not in (None, "causal", "masked", "embedding"):
            raise ValueError(f"kind must be causal, masked or embedding; got {self.kind!r}")


class Embedding:
    """A model that embeds: the mean of its hidden states over the tokens of a text."""

    name = "huggingface"

    def __init__(self, source: _transformers.Source, options: Options) -> None:
        self._source, self.options = source, options
        self._tokens = Tokens(source.tokenizer)
        self.family = source.family
        self._batches: Batches | None = None

    def points(self) -> list[tuple[Scale, ...]]:
        """One point: tokens, where they are given, and parameters."""
        return point(self.options, self.parameters)

    def stand_at(self, point: int) -> None:
        """There is one point only."""

    def digest(self, point: int) -> str:
        return self._source.digest()

    def take(self, state: Mapping[str, Any]) -> None:
        """Replace the weights, by name.

        Raises
        ------
        InputError
            If one of the model's own is not among them.
        """
        self._source.take(state)

    @property
    def parameters(self) -> int:
        return self._source.parameters()

    def untrained(self) -> Self:
        """The same architecture with fresh weights."""
        return type(self)(self._source.untrained(), self.options)

    def windowed(self, sequences: Sequence[str]) -> NDArray[np.bool_]:
        """Which sequences are longer than one pass, shape (n,)."""
        limit = self._limit()
        if limit is None:
            return np.zeros(len(sequences), dtype=bool)
        return np.array([len(cut.ids) > limit for cut in self._tokens.cut(sequences)], dtype=bool)

    def embed(self, sequences: Sequence[str]) -> Floats:
        """Mean hidden state of one layer over the tokens of each sequence, shape (n, d).

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        InputError
            For an empty sequence.
        """
        for number, text in enumerate(sequences, start=1):
            if not text:
                raise InputError(f"sequence {number} is empty and has no embedding")
        found = self._embedded(list(sequences))
        if self.options.both_strands:
            found = (found + self._embedded([reverse_complement(text) for text in sequences])) / 2
        return found

    def _embedded(self, sequences: list[str]) -> Floats:
        texts = [cut.ids for cut in self._tokens.cut(sequences)]
        parts = [(row, part) for row, ids in enumerate(texts) for part in windows(len(ids), self._limit())]
        inputs = [texts[row][part.start : part.end] for row, part in parts]
        sums: list[Any] = [0.0] * len(texts)

        def use(rows: NDArray[np.int64]) -> None:
            hidden = self._source.hidden(self._framed([inputs[r] for r in rows]), self.options.layer)
            for r, states in zip(rows, hidden, strict=True):
                row, part = parts[r]
                skip = len(self._tokens.prefix) + part.first - part.start
                sums[row] = sums[row] + states[skip : skip + part.last - part.first].sum(axis=0)

        self._each(inputs, use)
        means = [total / len(ids) for total, ids in zip(sums, texts, strict=True)]
        return np.stack(means) if means else np.zeros((0, 1))

    def _framed(self, inputs: Sequence[Sequence[int]]) -> list[list[int]]:
        return [[*self._tokens.prefix, *ids, *self._tokens.suffix] for ids in inputs]

    def _limit(self) -> int | None:
        """Most tokens of text in one pass."""
        most = self.options.context or self._source.context()
        return None if most is None else max(2, most - max(1, len(self._tokens.prefix) + len(self._tokens.suffix)))

    def _each(self, inputs: Sequence[Sequence[int]], use: Any) -> None:
        if self._batches is None:
            self._batches = Batches(_MOST_TOKENS.get(self._source.device.split(":")[0], _MOST_TOKENS["cpu"]))
        with self._source.frozen():
            self._batches.over(np.array([len(ids) + 1 for ids in inputs], dtype=np.int64), use)

    def _pairs(self, context: Sequence[str], target: Sequence[str]) -> list[tuple[Cut, Cut]]:
        """Contexts and targets as tokens; a refusal names the place in its own text."""
        return list(zip(self._tokens.cut(context), self._tokens.cut(target), strict=True))


class Causal(Embedding):
    """A causal model: likelihoods by the chain rule."""

    def __init__(self, source: _transformers.Source, options: Options) -> None:
        super().__init__(source, options)
        if self._tokens.overlap:
            raise InputError("a causal model with overlapping words has no likelihood of letters; expected tokens that "
                             "do not overlap")

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        """Natural log of P(target | context), shape (n,); with both strands, the mean of the two logs.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        """
        found = self._chain(context, target)
        if self.options.both_strands:  # P(target | context) read backwards: P(whole) / P(context)
            whole = [reverse_complement(c + t) for c, t in zip(context, target, strict=True)]
            before = [reverse_complement(c) for c in context]
            nothing = [""] * len(whole)
            found = (found + self._chain(nothing, whole) - self._chain(nothing, before)) / 2
        return found

    def _chain(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        pairs = self._pairs(context, target)
        start, parts = self._source.start(self._tokens.prefix), []
        for row, (before, after) in enumerate(pairs):
            known = len(before.ids)
            for part in windows(known + len(after.ids), self._limit()):
                first = max(part.first, known)
                if first < part.last:
                    parts.append((row, part, first))
        inputs = [(pairs[row][0].ids + pairs[row][1].ids)[part.start : part.end] for row, part, _ in parts]
        out = np.zeros(len(target))

        def use(rows: NDArray[np.int64]) -> None:
            places = []
            for i, r in enumerate(rows):
                _, part, first = parts[r]
                places += [(i, at, inputs[r][at]) for at in range(first - part.start, part.last - part.start)]
            log_p = self._source.log_p([[*start, *inputs[r]] for r in rows], places, len(start) - 1, self._dna)
            owner = np.array([parts[rows[i]][0] for i, _, _ in places])
            np.add.at(out, owner, log_p)

        self._each(inputs, use)
        return out

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """The most probable tokens of DNA until there are ``length`` letters; ``seed`` changes nothing.

        Of a text longer than one pass, the end is read. Refuses letters as :meth:`log_likelihood` does.
        """
        start, limit = self._source.start(self._tokens.prefix), self._limit() or 1 << 62
        shortest = min(len(self._tokens.letters[token]) for token in self._dna)
        piece = min(-(-length // shortest), limit // 2)
        texts = [list(cut.ids) for cut in self._tokens.cut(context)]
        written = [""] * len(texts)
        while waiting := [row for row, text in enumerate(written) if len(text) < length]:
            by_size: dict[int, list[int]] = {}
            for row in waiting:
                by_size.setdefault(min(len(texts[row]), limit - piece), []).append(row)
            for size, own in by_size.items():
                inputs = [[*start, *texts[row][len(texts[row]) - size :]] for row in own]

                def use(rows: NDArray[np.int64], own: Any = own, inputs: Any = inputs) -> None:
                    tokens = self._source.write_on([inputs[r] for r in rows], piece, self._dna)
                    for r, new in zip(rows, tokens, strict=True):
                        texts[own[r]] += new
                        written[own[r]] += "".join(self._tokens.letters[token] for token in new)

                self._each(inputs, use)
        return [text[:length] for text in written]

    @property
    def _dna(self) -> NDArray[np.int64]:
        return np.flatnonzero(self._tokens.starts() >= 0)


class Masked(Embedding):
    """A masked model: pseudo-likelihoods, a readout of their own."""

    def pseudo_log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        """Sum over the target's tokens of log P(token | all others but those hidden with it), shape (n,).

        With overlapping words: over its letters, all words that hold a letter being hidden. Refuses letters as
        ``embed`` does.
        """
        found = self._pseudo(context, target)
        if self.options.both_strands:
            forward = [reverse_complement(t) for t in target], [reverse_complement(c) for c in context]
            found = (found + self._pseudo(*forward, target_first=True)) / 2
        return found

    def _pseudo(self, left: Sequence[str], right: Sequence[str], target_first: bool = False) -> Floats:
        """Of the left texts, or of the right ones, as they stand side by side."""
        out, jobs = np.zeros(len(left)), []
        for row, (ids, asked) in enumerate(self._asked(left, right, target_first)):
            period = max(self.options.passes or len(asked), 2 * self._tokens.overlap)
            for part in windows(len(ids), self._limit(), (self._limit() or 0) // 4):
                mine = [a for a in asked if part.first <= min(a[0], len(ids) - 1) < part.last]
                for phase in range(min(period, len(mine))):
                    jobs.append((row, ids[part.start : part.end], part.start, mine[phase::period]))
        inputs = [ids for _, ids, _, _ in jobs]

        def use(rows: NDArray[np.int64]) -> None:
            hidden, places = [], []
            for i, r in enumerate(rows):
                _, ids, start, mine = jobs[r]
                ids = list(ids)
                for at, _, _ in mine:
                    for near in range(max(start, at - max(1, self._tokens.overlap) + 1), min(at + 1, start + len(ids))):
                        ids[near - start] = self._source.mask()
                hidden.append(ids)
                places += [(i, min(at, start + len(ids) - 1) - start, what, at - min(at, start + len(ids) - 1))
                           for at, what, _ in mine]
            log_p = self._source.log_p(self._framed(hidden), [p[:3] for p in places], len(self._tokens.prefix),
                                       *self._among([p[3] for p in places]))
            np.add.at(out, np.array([jobs[rows[p[0]]][0] for p in places]), log_p)

        self._each(inputs, use)
        return out

    def _asked(self, left: Sequence[str], right: Sequence[str], target_first: bool
               ) -> list[tuple[list[int], list[tuple[int, int, int]]]]:
        """Tokens of each whole text, and what is asked: (place, token or code of the letter, row)."""
        if self._tokens.overlap:
            for texts in (left, right):  # a refusal names the place in its own text
                for number, text in enumerate(texts, start=1):
                    encode(text, where=f"sequence {number}")
            whole = self._tokens.cut([a + b for a, b in zip(left, right, strict=True)])
            codes = [encode(a + b) for a, b in zip(left, right, strict=True)]
            spans = [(0, len(a)) if target_first else (len(a), len(a) + len(b))
                     for a, b in zip(left, right, strict=True)]
            return [(cut.ids, [(at, int(text[at]), row) for at in range(*span)])
                    for row, (cut, text, span) in enumerate(zip(whole, codes, spans, strict=True))]
        out = []
        for row, (a, b) in enumerate(self._pairs(left, right)):
            ids = a.ids + b.ids
            span = range(len(a.ids)) if target_first else range(len(a.ids), len(ids))
            out.append((ids, [(at, ids[at], row) for at in span]))
        return out

    def _among(self, offsets: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """Tokens that compete, and for overlapping words the letter of each token at the offset of each place."""
        dna = np.flatnonzero(self._tokens.starts() >= 0)
        if not self._tokens.overlap:
            return dna, None
        table = np.stack([self._tokens.starts(offset)[dna] for offset in range(self._tokens.overlap)])
        return dna, table[np.array(offsets)]


_KINDS = {"causal": Causal, "masked": Masked, "embedding": Embedding}


def point(options: Options, parameters: int) -> list[tuple[Scale, ...]]:
    """Where a model stands: tokens, where they are given, and parameters."""
    size = Scale(axis=Axis.PARAMETERS, value=parameters)
    if options.tokens is None:
        return [(size,)]
    return [(Scale(axis=Axis.TOKENS, value=scales.parse(options.tokens)), size)]


def huggingface(path: str, **options: Any) -> Embedding:
    """Any causal or masked DNA model from a local folder or a hub id (transformers).

    Parameters
    ----------
    path : the folder, or the id on the hub.
    **options : those of :class:`Options`.

    Raises
    ------
    InputError
        If transformers is missing, the model cannot be loaded, or its tokenizer loses or changes letters.
    """
    chosen = Options(**options)
    source = _transformers.load(str(path), chosen)
    return _KINDS[source.kind](source, chosen)


def of(model: Any, tokenizer: Any, **options: Any) -> Embedding:
    """The engine of a model in memory, which is left as found: device, dtype and mode."""
    chosen = Options(**options)
    source = _transformers.held(model, tokenizer, chosen)
    return _KINDS[source.kind](source, replace(chosen, device=source.device))


ENGINES = (EngineSpec(make=huggingface, id="huggingface", extra="hf",
                      readouts=(Readout.LIKELIHOOD, Readout.PSEUDO_LIKELIHOOD, Readout.PROBE, Readout.GENERATION)),)
