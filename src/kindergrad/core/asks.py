"""What an engine can be asked. An engine is any object with the methods of one ask: no base class.

Assessments and engines never import each other; they meet through these protocols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import EngineError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.responses import Condition
from kindergrad.core.scale import Scale

Floats = NDArray[np.float64]

APART = 20.0
"""Natural log of the odds that one written letter counts against another candidate."""


@runtime_checkable
class LogLikelihood(Protocol):
    """How probable is a continuation?"""

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        """Natural log of P(target | context), shape (n,); ``context`` may hold empty strings."""
        ...


@runtime_checkable
class PseudoLikelihood(Protocol):
    """How well does every letter fit to all others? For engines that see both sides, which no chain rule holds for."""

    def pseudo_log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Floats:
        """Sum over the target of the natural log of P(letter | all other letters), shape (n,)."""
        ...


@runtime_checkable
class Fit(Protocol):
    """Learn from n labelled examples, then score new sequences.

    Labels of whole numbers are classes, 0 and 1; labels of type float64 are measurements, of any size.
    """

    def fit(self, sequences: Sequence[str], labels: NDArray[np.int64] | Floats) -> None: ...

    def decide(self, sequences: Sequence[str]) -> Floats:
        """A number per sequence, shape (n,), larger for label 1, or for a larger measurement."""
        ...


@runtime_checkable
class Embed(Protocol):
    """Represent sequences as vectors, shape (n, d)."""

    def embed(self, sequences: Sequence[str]) -> Floats: ...


@runtime_checkable
class Generate(Protocol):
    """Continue a context by ``length`` letters, with the most probable ones where it can."""

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]: ...


@runtime_checkable
class PredictResponse(Protocol):
    """How do cells respond to a condition?"""

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes), genes in the order of the panel learnt from."""
        ...


@runtime_checkable
class DrawCells(Protocol):
    """What do single cells look like under a condition?"""

    def draw_cells(self, conditions: Sequence[Condition], cells: int, seed: int) -> Floats:
        """Log expression of cells, shape (n, cells, genes)."""
        ...


@runtime_checkable
class RankEdges(Protocol):
    """Which gene acts directly on which?"""

    def rank_edges(self, source: Sequence[str], target: Sequence[str]) -> Floats:
        """A number per pair of genes, shape (n,), larger for a more certain edge, whatever its sign."""
        ...


@runtime_checkable
class ChooseNext(Protocol):
    """Which experiment would teach most?"""

    def worth(self, conditions: Sequence[Condition]) -> Floats:
        """A number per experiment that could be done next, shape (n,), larger for one that teaches more."""
        ...


@runtime_checkable
class Learn(Protocol):
    """Read more of a corpus. Called again with the next pieces as the data ladder grows."""

    def learn(self, pieces: Sequence[Any]) -> None: ...


@runtime_checkable
class Trained(Protocol):
    """Was trained elsewhere and reads nothing here: it stands at scale points of its own, smallest first."""

    def points(self) -> Sequence[tuple[Scale, ...]]:
        """What each point had been given; the first coordinate is the one that is drawn."""
        ...

    def stand_at(self, point: int) -> None:
        """Become the engine of that point."""
        ...

    def digest(self, point: int) -> str:
        """Identity of the weights of that point."""
        ...


@runtime_checkable
class Restarts(Protocol):
    """Can be made again as it was before it read anything."""

    def untrained(self) -> Any: ...


@runtime_checkable
class Windows(Protocol):
    """Sees no more than so much at once, and reads longer texts in windows."""

    def windowed(self, sequences: Sequence[str]) -> NDArray[np.bool_]:
        """Which sequences do not fit into one pass, shape (n,)."""
        ...


@runtime_checkable
class KnowsTruth(Protocol):
    """The oracle: answers from the process that made the items."""

    def ideal(self, items: Items) -> Floats: ...


ASK_OF: dict[Readout, type[Any]] = {
    Readout.LIKELIHOOD: LogLikelihood,
    Readout.PSEUDO_LIKELIHOOD: PseudoLikelihood,
    Readout.FIT: Fit,
    Readout.PROBE: Embed,
    Readout.GENERATION: Generate,
    Readout.RESPONSE: PredictResponse,
    Readout.CELLS: DrawCells,
    Readout.EDGES: RankEdges,
    Readout.CHOICE: ChooseNext,
}


def log_likelihoods(engine: LogLikelihood, context: NDArray[np.str_], target: NDArray[np.str_]) -> Floats:
    """Ask for arrays of any shape at once and give the answers back in that shape.

    Raises
    ------
    EngineError
        If the engine answers with the wrong number of values or with a non-finite one.
    """
    context, target = np.broadcast_arrays(context, target)
    answers = engine.log_likelihood([str(c) for c in context.flat], [str(t) for t in target.flat])
    return checked(answers, target.shape, "log_likelihood")


def put_likelihood(engine: LogLikelihood, asked: Mapping[str, NDArray[np.str_]]) -> Floats:
    """The usual likelihood readout: log P of every target after its context, in the shape of the targets."""
    return log_likelihoods(engine, asked["context"], asked["target"])


def put_change(engine: LogLikelihood, asked: Mapping[str, NDArray[np.str_]]) -> Floats:
    """What a change costs: log P of the changed text minus log P of the original, after the same context."""
    changed = log_likelihoods(engine, asked["context"], asked["target"])
    return changed - log_likelihoods(engine, asked["context"], asked["original"])


def put_levels(engine: LogLikelihood, asked: Mapping[str, NDArray[np.str_]]) -> Floats:
    """Log P of the original and of the changed text after the same context, shape (n, 2)."""
    both = np.stack([asked["original"], asked["target"]], axis=1)
    return log_likelihoods(engine, asked["context"][:, None], both)


def put_per_letter(engine: LogLikelihood, asked: Mapping[str, NDArray[np.str_]]) -> Floats:
    """Log P of every target after its context per letter of the target, where targets differ in length."""
    return put_likelihood(engine, asked) / np.char.str_len(asked["target"])


def put_generation(engine: Generate, asked: Mapping[str, NDArray[np.str_]]) -> Floats:
    """Let the engine write, and see to which candidate its text is nearest.

    Returns
    -------
    Shape (n, c + 1): minus ``APART`` for every letter in which a candidate differs from what was written. The last
    column stands for "none of these": 0, above all candidates, where no candidate was written to the letter, else below
    all. So the true candidate comes first only if it was written exactly.
    """
    context, target = asked["context"], asked["target"]
    lengths = np.char.str_len(target[:, 0])
    wrong = np.zeros(target.shape)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        written = engine.generate([str(text) for text in context[rows, 0]], int(length), 0)
        if len(written) != len(rows):
            raise EngineError(f"generate returned {len(written)} texts; expected {len(rows)}, one per row")
        for row, text in zip(rows, written, strict=True):
            wrong[row] = [sum(map(str.__ne__, candidate, text.ljust(int(length)))) for candidate in target[row]]
    none = np.where(wrong.min(axis=1) > 0, 0.0, -(lengths + 1.0))
    return np.concatenate([-APART * wrong, APART * none[:, None]], axis=1)


def put_written(engine: Generate, asked: Mapping[str, NDArray[np.str_]], cue: int = 0) -> Floats:
    """Let the engine write on; what the letters that it wrote tell of those that stand there.

    Parameters
    ----------
    cue : letters of the target that it is shown, so that it can know what is asked for; they are worth nothing.

    Returns
    -------
    Natural log of P(target | what was written), shape (n,): each written letter names the true one with the chance f
    that it was right in this text, and each other letter with (1 - f) / 3. So a quarter of the letters right, as by
    chance, is worth nothing, all of them two bits a letter; below a quarter, as much is lost as would be gained above.
    """
    context = [str(c) + str(t)[:cue] for c, t in zip(asked["context"], asked["target"], strict=True)]
    target = [str(text)[cue:] for text in asked["target"]]
    right = np.zeros(len(target))
    for length in sorted(set(map(len, target))):
        rows = [row for row, text in enumerate(target) if len(text) == length]
        written = engine.generate([context[row] for row in rows], length, 0)
        if [len(text) for text in written] != [length] * len(rows):
            raise EngineError(f"generate returned {len(written)} texts of {sorted(set(map(len, written)))} letters; "
                              f"expected {len(rows)} of {length}")
        right[rows] = [sum(map(str.__eq__, text, target[row])) / length
                       for row, text in zip(rows, written, strict=True)]
    told = np.log(4.0) + _plogp(right) + _plogp(1 - right) - (1 - right) * np.log(3.0)  # nats a letter
    sizes = np.char.str_len(asked["target"])
    return np.asarray(np.copysign(told, right - 0.25) * (sizes - cue) - np.log(4.0) * sizes)


def _plogp(p: Floats) -> Floats:
    return p * np.log(np.maximum(p, 1e-300))


def put_fit(engine: Fit, asked: Mapping[str, NDArray[np.str_]], train: Items) -> Floats:
    """Fit true against false candidates of ``train``, then decide on each candidate asked."""
    candidates = train.asked["target"]
    labels = (np.arange(candidates.shape[1])[None, :] == train.truth["true"][:, None]).astype(np.int64)
    engine.fit(texts(train.asked), labels.ravel())
    return checked(engine.decide(texts(asked)), asked["target"].shape, "decide")


def put_fit_values(engine: Fit, asked: Mapping[str, NDArray[np.str_]], train: Items) -> Floats:
    """Fit the measured ``value`` of each candidate of ``train``, then decide on each candidate asked."""
    engine.fit(texts(train.asked), np.asarray(train.truth["value"], dtype=np.float64).ravel())
    return checked(engine.decide(texts(asked)), asked["target"].shape, "decide")


def put_fit_levels(engine: Fit, asked: Mapping[str, NDArray[np.str_]], train: Items) -> Floats:
    """Fit the levels of original and changed texts of ``train``, then give both for each asked, shape (n, 2).

    Where only the change was measured (no ``before``), an original counts as 0.
    """
    before = np.asarray(train.truth.get("before", np.zeros(len(train))), dtype=np.float64)
    after = np.asarray(train.truth.get("after", train.truth["value"]), dtype=np.float64)
    engine.fit(texts(_original(train.asked)) + texts(train.asked), np.concatenate([before, after]))
    levels = [checked(engine.decide(texts(part)), part["target"].shape, "decide")
              for part in (_original(asked), asked)]
    return np.stack(levels, axis=1)


def put_fit_changes(engine: Fit, asked: Mapping[str, NDArray[np.str_]], train: Items) -> Floats:
    """Fit levels as :func:`put_fit_levels` does; the answer is the difference of the two."""
    levels = put_fit_levels(engine, asked, train)
    return levels[:, 1] - levels[:, 0]


def _original(asked: Mapping[str, NDArray[np.str_]]) -> dict[str, NDArray[np.str_]]:
    return {"context": asked["context"], "target": asked["original"]}


def texts(asked: Mapping[str, NDArray[np.str_]]) -> list[str]:
    """Each context with each of its targets."""
    context, target = np.broadcast_arrays(asked["context"], asked["target"])
    return [str(c) + str(t) for c, t in zip(context.flat, target.flat, strict=True)]


def checked(answers: object, shape: tuple[int, ...], ask: str) -> Floats:
    """Answers as float64 in the expected shape, or a clear EngineError."""
    try:
        values = np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise EngineError(f"{ask} must return numbers; got {type(answers).__name__}: {error}") from error
    if values.size != int(np.prod(shape)) or values.ndim > max(1, len(shape)):
        raise EngineError(f"{ask} returned shape {values.shape}; expected {int(np.prod(shape))} values, one per row")
    bad = np.flatnonzero(~np.isfinite(values.ravel()))
    if bad.size:
        raise EngineError(f"{ask} returned {bad.size} non-finite values of {values.size}; the first in row {bad[0]}")
    return values.reshape(shape)
