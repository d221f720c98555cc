"""What every engine must hold: a conformance suite for built-in engines and for those of plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import (
    ChooseNext,
    DrawCells,
    Embed,
    Fit,
    Learn,
    LogLikelihood,
    PredictResponse,
    PseudoLikelihood,
    RankEdges,
)
from kindergrad.core.errors import EngineError, SequenceError
from kindergrad.core.names import Domain
from kindergrad.core.seeds import stream
from kindergrad.core.text import CHARACTERS
from kindergrad.testing.check_responses import check_responses

Floats = NDArray[np.float64]
_RESPONSES = (PredictResponse, DrawCells, RankEdges, ChooseNext)
_EXCESS = 1e-3
"""The four letters may sum to a little more than one: 0.0014 bits per letter are the most that this can win."""
_ROWS = 60
_LONGEST = 80
_SOME = "GATTACAGATTACA"
"""Put behind a text, where one that is shorter than a token could not be read."""


class _Alphabet(NamedTuple):
    """Letters of a domain, some to draw texts from, whether case counts, and (odd letter, text, position)."""

    letters: str
    drawn: str
    cased: bool
    odd: tuple[tuple[str, str, int], ...]


_DNA = _Alphabet("ACGT", "ACGT", False, (("N", "ACGTNACGT", 5), ("é", "ACé", 3)))
_TEXT = _Alphabet(CHARACTERS, "ACGT 1+2=3\n", True, (("é", "3+4é", 4), ("\\x00", "ab\0", 3)))


def check_engine(engine: Any, *, seed: int = 0, corpus: Sequence[Any] = (), tolerance: float = 1e-9,
                 domain: Domain = Domain.GENOMICS) -> None:
    """Raise AssertionError, with the rule that is broken, if an engine does not answer as it has to.

    Rules, for every ask: one finite float64 per row (a vector, for ``embed``); the same answer whatever else is
    asked, and in whatever order; lower case counts as upper case; a letter other than A, C, G, T is refused
    with the letter and its position. For ``log_likelihood`` also: an empty context, an empty
    target and no rows at all are fine; log P(ab) = log P(a) + log P(b | a); and the four letters have
    probabilities that sum to one (0.99 to 1.001). Rules of engines of responses: see ``check_responses``.

    Parameters
    ----------
    corpus : pieces that the engine reads first, if it learns; without them it is asked as it comes.
    tolerance : largest difference, absolute and relative, between two answers that must be equal; a net in
        32 bits needs some 1e-4.
    domain : what it reads: DNA, or for arithmetic plain text, where case counts and only printable ASCII is taken.
    """
    if isinstance(engine, _RESPONSES):
        check_responses(engine, corpus, tolerance, lambda right, rule: _require(engine, right, rule))
        return
    rules = {LogLikelihood: _log_likelihood, PseudoLikelihood: _pseudo_likelihood, Fit: _fit, Embed: _embed}
    asked = [rule for ask, rule in rules.items() if isinstance(engine, ask)]
    _require(engine, bool(asked), "it has no method that can be asked; expected log_likelihood, or fit and decide, or "
             "pseudo_log_likelihood, or embed, or predict_response")
    if corpus and isinstance(engine, Learn):
        engine.learn(list(corpus))
    for rule in asked:
        rule(engine, seed, tolerance, _TEXT if domain is Domain.ARITHMETIC else _DNA)


def _log_likelihood(engine: LogLikelihood, seed: int, tolerance: float, alphabet: _Alphabet) -> None:
    context, target = (_rows(seed, kind, alphabet.drawn) for kind in (0, 1))
    whole = engine.log_likelihood(context, target)
    _same_rows(engine, whole, tolerance,
               lambda rows: engine.log_likelihood([context[r] for r in rows], [target[r] for r in rows]))
    _require(engine, bool((whole <= tolerance).all()), "log probabilities must not be positive")
    lower = engine.log_likelihood([c.lower() for c in context], [t.lower() for t in target])
    _require(engine, alphabet.cased or _close(lower, whole, tolerance), "lower case must count as upper case")
    _require(engine, len(engine.log_likelihood([], [])) == 0, "no rows must give no answers")
    nothing = engine.log_likelihood(context[:5], [""] * 5)
    _require(engine, _close(nothing, np.zeros(5), tolerance), "an empty target must have log probability 0")
    _chain_rule(engine, context, target, tolerance)
    _sums_to_one(engine, [*context[:20], ""], alphabet.letters)
    _refuses(engine, lambda text: engine.log_likelihood([""], [text]), "a target", alphabet.odd)
    _refuses(engine, lambda text: engine.log_likelihood([text], ["ACGT"]), "a context", alphabet.odd)


def _pseudo_likelihood(engine: PseudoLikelihood, seed: int, tolerance: float, alphabet: _Alphabet) -> None:
    """No chain rule: only what holds for every score of a text."""
    context, target = _rows(seed, 3), [text + _SOME for text in _rows(seed, 4)]
    whole = engine.pseudo_log_likelihood(context, target)
    _same_rows(engine, whole, tolerance,
               lambda rows: engine.pseudo_log_likelihood([context[r] for r in rows], [target[r] for r in rows]))
    _require(engine, bool((whole <= tolerance).all()), "log probabilities must not be positive")
    lower = engine.pseudo_log_likelihood([c.lower() for c in context], [t.lower() for t in target])
    _require(engine, _close(lower, whole, tolerance), "lower case must count as upper case")
    _refuses(engine, lambda text: engine.pseudo_log_likelihood([""], [text]), "a target", alphabet.odd)


def _embed(engine: Embed, seed: int, tolerance: float, alphabet: _Alphabet) -> None:
    texts = [text + _SOME for text in _rows(seed, 5)]
    whole = np.asarray(engine.embed(texts))
    _require(engine, whole.ndim == 2, f"embed must return one vector per row; got shape {whole.shape}")
    _same_rows(engine, whole, tolerance, lambda rows: engine.embed([texts[r] for r in rows]), width=whole.shape[1:])
    _require(engine, _close(engine.embed([t.lower() for t in texts]), whole, tolerance),
             "lower case must count as upper case")
    _refuses(engine, lambda text: engine.embed([text]), "a sequence", alphabet.odd)


def _fit(engine: Fit, seed: int, tolerance: float, alphabet: _Alphabet) -> None:
    texts = [t or "A" for t in _rows(seed, 2)]
    labels = np.array([int(text.count("G") + text.count("C") > len(text) / 2) for text in texts], dtype=np.int64)
    labels[:2] = [0, 1]
    engine.fit(texts, labels)
    whole = engine.decide(texts)
    _same_rows(engine, whole, tolerance, lambda rows: engine.decide([texts[r] for r in rows]))
    lower = engine.decide([t.lower() for t in texts])
    _require(engine, _close(lower, whole, tolerance), "lower case must count as upper case")
    _refuses(engine, lambda text: engine.decide([text]), "a sequence", alphabet.odd)
    _refuses(engine, lambda text: engine.fit(["ACGT", text], np.array([0, 1])), "a sequence to fit on", alphabet.odd)


def _rows(seed: int, kind: int, letters: str = _DNA.drawn) -> list[str]:
    """Texts of 0 to 80 letters, with low-complexity ones and repeated ones among them."""
    rng = stream(seed, "check_engine", kind)
    texts = ["".join(rng.choice(list(letters), int(rng.integers(0, _LONGEST)))) for _ in range(_ROWS - 6)]
    return [*texts, "", "A" * 30, "ACACACACACAC", texts[0], "ACGTACGT" * 8, "T"]


def _same_rows(engine: Any, whole: Any, tolerance: float, ask: Callable[[list[int]], Any], *,
               width: tuple[int, ...] = ()) -> None:
    """Shape, kind and finiteness; then the same answers one by one, in other batches and in other orders."""
    _require(engine, isinstance(whole, np.ndarray) and whole.dtype == np.float64,
             f"answers must be float64 arrays; got {getattr(whole, 'dtype', type(whole).__name__)}")
    _require(engine, whole.shape == (_ROWS, *width), f"one answer per row; got shape {whole.shape} for {_ROWS} rows")
    _require(engine, bool(np.isfinite(whole).all()), "answers must be finite")
    every = list(range(_ROWS))
    _require(engine, bool(np.array_equal(ask(every), whole)), "the same question must get the same answer")
    order = list(reversed(every))
    _require(engine, _close(ask(order)[::-1], whole, tolerance), "answers depend on the order of rows")
    for size in (1, 7):
        parts = np.concatenate([ask(every[i : i + size]) for i in range(0, _ROWS, size)])
        _require(engine, _close(parts, whole, tolerance), f"answers differ in batches of {size}")


def _chain_rule(engine: LogLikelihood, context: list[str], target: list[str], tolerance: float) -> None:
    whole = engine.log_likelihood(context, target)
    first = [t[: len(t) // 3] for t in target]
    rest = [t[len(t) // 3 :] for t in target]
    both = engine.log_likelihood(context, first) + engine.log_likelihood(
        [c + f for c, f in zip(context, first, strict=True)], rest)
    _require(engine, _close(both, whole, 10 * tolerance), "log P(ab) must be log P(a) + log P(b | a)")


def _sums_to_one(engine: LogLikelihood, contexts: list[str], letters: str) -> None:
    rows = [(c, letter) for c in contexts for letter in letters]
    answers = engine.log_likelihood([c for c, _ in rows], [letter for _, letter in rows])
    total = np.exp(answers).reshape(-1, len(letters)).sum(axis=1)
    off = int(np.argmax(np.abs(total - 1)))
    _require(engine, bool(((total >= 0.99) & (total <= 1 + _EXCESS)).all()),
             f"probabilities of all letters sum to {total[off]:.4f} after '{contexts[off]}'; expected 1")


def _close(left: Floats, right: Floats, tolerance: float) -> bool:
    return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance))


def _refuses(engine: Any, ask: Callable[[str], object], what: str, odd: Sequence[tuple[str, str, int]]) -> None:
    for letter, text, position in odd:
        try:
            ask(text)
        except (SequenceError, EngineError) as error:
            told = f"'{letter}'" in str(error) and str(position) in str(error)
            _require(engine, told, f"the refusal of {what} must name the letter '{letter}' and its position "
                     f"{position}; got: {error}")
        else:
            _require(engine, False, f"the letter '{letter}' in {what} must be refused with a SequenceError")


def _require(engine: Any, condition: bool, rule: str) -> None:
    if not condition:
        raise AssertionError(f"engine '{getattr(engine, 'name', type(engine).__name__)}': {rule}")
