"""The training loop of the neural engines: one for all of them.

A rung of the data ladder reads as many letters as are new, or a multiple, in windows drawn from all that was read so
far. Learning rates fall along a cosine and start again at the next rung (Loshchilov and
Hutter 2017, arXiv:1608.03983). A part of every piece is held out, and the weights that predict it best are kept, so
that a short text is not learnt by heart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode
from kindergrad.core.seeds import stream

START = 4
"""Code that stands before the first letter of a text of DNA."""
_HELD_OUT, _MOST_HELD_OUT = 0.1, 20_000  # share of a new piece, and letters
_MANY = 10  # pieces from which on whole ones are held out
_LOOKS = 8  # how often the held-out text is scored during a rung
_DECAY, _CLIP = 0.01, 1.0


class Recipe(NamedTuple):
    """How a net reads.

    Attributes
    ----------
    window, batch : letters of a training window, windows of a step.
    least : letters that a rung reads at least, so that a small corpus is read many times.
    rate, warm_up, rest : highest learning rate, share of the steps until it is reached, share of it left at the end.
    times : letters read for every new one.
    recent : share of the windows that begin in the new text; the others begin anywhere.
    start : code that takes the place of a window's first letter, since what came before is unknown; None: none does.
    effort : multiplies how many letters are read.
    """

    window: int
    batch: int
    least: int
    rate: float
    warm_up: float
    rest: float = 0.0
    times: int = 1
    recent: float = 0.0
    start: int | None = None
    effort: float = 1.0


DNA = Recipe(window=256, batch=4, least=120_000, rate=2e-3, warm_up=0.05, start=START)


@dataclass
class Text:
    """All that was read so far: pieces laid end to end, each after a START, and the part that is held out."""

    read: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    held_out: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))

    def add(self, pieces: Sequence[str]) -> int:
        """Take in new pieces; returns how many letters they hold.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T, with the piece and the position.
        """
        start = np.array([START], dtype=np.uint8)
        read, held_out, room = [self.read], [self.held_out], _MOST_HELD_OUT
        texts = [encode(piece, where=f"piece {number}") for number, piece in enumerate(pieces, start=1)]
        for number, codes in enumerate(texts):
            # of few pieces the last tenth; of many, which may be short, every tenth from its beginning
            share = _HELD_OUT if len(texts) < _MANY else float(number % _MANY == 0)
            aside = min(int(len(codes) * share), room)
            room -= aside
            kept, tested = (codes[:-aside or None], codes[-aside:]) if len(texts) < _MANY else (
                codes[aside:], codes[:aside])
            read += [start, kept] if len(kept) else []
            held_out += [start, tested] if aside else []
        self.read, self.held_out = np.concatenate(read), np.concatenate(held_out)
        return sum(map(len, texts))


def train(net: Any, text: Text, new: int, recipe: Recipe, *, seed: int, device: str) -> None:
    """Train ``net`` on a text that has just grown by ``new`` letters.

    Where a part of the text is held out, the net is left with the weights that predict it best, else with the last.
    ``seed`` decides which windows are read.
    """
    import torch

    length = min(recipe.window, len(text.read) - 1)
    if length < 2:
        return
    steps = max(1, round(recipe.effort * max(recipe.times * new, recipe.least) / (recipe.batch * recipe.window)))
    rows = max(recipe.batch, recipe.batch * recipe.window // length // 4)  # more where windows are short
    rng = stream(seed, "windows", len(text.read))
    parameters = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=_DECAY)
    best, kept = _loss(net, text.held_out, recipe, device), _copy(net)
    net.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * _pace((step + 1) / steps, recipe)
        at = rng.integers(0, len(text.read) - length, rows)
        if late := round(recipe.recent * rows):
            at[:late] = rng.integers(max(0, len(text.read) - length - new), len(text.read) - length, late)
        windows = text.read[at[:, None] + np.arange(length + 1)]
        optimizer.zero_grad(set_to_none=True)
        _cross_entropy(net, windows, recipe, device).backward()
        torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
        optimizer.step()
        if len(text.held_out) and ((step + 1) % max(1, steps // _LOOKS) == 0 or step + 1 == steps):
            loss = _loss(net, text.held_out, recipe, device)
            if loss < best:
                best, kept = loss, _copy(net)
            net.train()
    if len(text.held_out):
        net.load_state_dict(kept)
    net.eval()


def _pace(done: float, recipe: Recipe) -> float:
    """Share of the full learning rate after a share of the steps: a short rise, then half a cosine."""
    if done < recipe.warm_up:
        return done / recipe.warm_up
    cosine = math.cos(math.pi * (done - recipe.warm_up) / (1 - recipe.warm_up))
    return recipe.rest + (1 - recipe.rest) / 2 * (1 + cosine)


def _cross_entropy(net: Any, windows: NDArray[np.uint8], recipe: Recipe, device: str) -> Any:
    """Of every letter of each window but its first, shape (rows, length)."""
    import torch

    codes = torch.from_numpy(windows.astype(np.int64)).to(device)
    inputs, aim = codes[:, :-1].clone(), codes[:, 1:].reshape(-1)
    ignored = -1
    if recipe.start is not None:
        inputs[:, 0] = ignored = recipe.start
    logits = net(inputs)
    return torch.nn.functional.cross_entropy(logits.reshape(len(aim), -1), aim, ignore_index=ignored)


def _loss(net: Any, text: NDArray[np.uint8], recipe: Recipe, device: str) -> float:
    """Nats per letter of a text in windows; infinite without one."""
    import torch

    whole = len(text) // recipe.window
    length = recipe.window if whole else len(text)
    if length < 2:
        return math.inf
    net.eval()
    with torch.no_grad():
        return float(_cross_entropy(net, text[: max(1, whole) * length].reshape(-1, length), recipe, device))


def _copy(net: Any) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in net.state_dict().items()}
