"""The training loop of the neural engines: one for all of them.

A rung of the data ladder reads its new letters once, together with a replay of all that was read before: windows are
drawn evenly from the whole text. Learning rates fall along a cosine and start again at the next rung (Loshchilov and
Hutter 2017, arXiv:1608.03983). A part of every piece is held out, and the weights that predict it best are kept, so
that a short text is not learnt by heart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode
from kindergrad.core.seeds import stream

START = 4
"""Code that stands before the first letter of a text."""
WINDOW, BATCH = 256, 4  # letters of a training window, windows of a step
_LEAST = 120_000  # letters that a rung reads at least, so that a small corpus is read many times
_HELD_OUT, _MOST_HELD_OUT = 0.1, 20_000  # share of a new piece, and letters
_MANY = 10  # pieces from which on whole ones are held out
_LOOKS = 8  # how often the held-out text is scored during a rung
_RATE, _WARM_UP, _DECAY, _CLIP = 2e-3, 0.05, 0.01, 1.0


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


def train(net: Any, text: Text, new: int, *, seed: int, effort: float, device: str) -> None:
    """Train ``net`` on a text that has just grown by ``new`` letters; it is left with its best weights.

    ``seed`` decides which windows are read; ``effort`` multiplies how many letters are.
    """
    import torch

    length = min(WINDOW, len(text.read) - 1)
    if length < 2:
        return
    steps = max(1, round(effort * max(new, _LEAST) / (BATCH * WINDOW)))
    rng = stream(seed, "windows", len(text.read))
    parameters = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=_DECAY)
    best, kept = _loss(net, text.held_out, device), _copy(net)
    net.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * _pace((step + 1) / steps)
        rows = max(BATCH, BATCH * WINDOW // length // 4) if length < WINDOW else BATCH
        inputs, targets = _windows(text.read, rng, rows, length)
        optimizer.zero_grad(set_to_none=True)
        _cross_entropy(net, inputs, targets, device).backward()
        torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
        optimizer.step()
        if (step + 1) % max(1, steps // _LOOKS) == 0 or step + 1 == steps:
            loss = _loss(net, text.held_out, device)
            if loss < best or not len(text.held_out):
                best, kept = loss, _copy(net)
            net.train()
    net.load_state_dict(kept)
    net.eval()


def _pace(done: float) -> float:
    """Share of the full learning rate after a share of the steps: a short rise, then half a cosine."""
    if done < _WARM_UP:
        return done / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))


def _windows(text: NDArray[np.uint8], rng: np.random.Generator, rows: int, length: int
             ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Inputs and the letters that follow them, shape (rows, length); what came before a window is unknown to it."""
    at = rng.integers(0, len(text) - length, rows)[:, None] + np.arange(length + 1)
    drawn = text[at].astype(np.int64)
    inputs, targets = drawn[:, :-1].copy(), drawn[:, 1:]
    inputs[:, 0] = START
    return inputs, targets


def _cross_entropy(net: Any, inputs: NDArray[np.int64], targets: NDArray[np.int64], device: str) -> Any:
    import torch

    logits = net(torch.from_numpy(inputs).to(device))
    aim = torch.from_numpy(np.ascontiguousarray(targets)).to(device)
    return torch.nn.functional.cross_entropy(logits.reshape(-1, 4), aim.reshape(-1), ignore_index=START)


def _loss(net: Any, text: NDArray[np.uint8], device: str) -> float:
    """Nats per letter of a text in windows; infinite without one."""
    import torch

    whole = len(text) // WINDOW
    length = WINDOW if whole else len(text)
    if length < 2:
        return math.inf
    rows = text[: max(1, whole) * length].reshape(-1, length).astype(np.int64)
    inputs, targets = rows[:, :-1].copy(), rows[:, 1:]
    inputs[:, 0] = START
    net.eval()
    with torch.no_grad():
        return float(_cross_entropy(net, inputs, targets, device))


def _copy(net: Any) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in net.state_dict().items()}
