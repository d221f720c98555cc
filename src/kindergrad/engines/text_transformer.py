"""A small causal transformer of plain text, trained along the corpus on the CPU (extra ``torch``).

Every rung of the data ladder reads the new text once in expectation, and as much again of what was read before, in
windows drawn from the whole. A short causal convolution before the attention lets a key stand for a few characters.

Shows: whether attention finds what an n-gram cannot: a number that stands farther back, or a rule behind facts.
Does not show: what a large language model does; it has some 150,000 weights.
Source: Vaswani et al. (2017), arXiv:1706.03762.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain
from kindergrad.core.seeds import key
from kindergrad.core.text import CHARACTERS, decode, encode
from kindergrad.engines import _training

_ALL = len(CHARACTERS)
_START = _ALL  # stands before the first character of a text
_HEAD, _NEAR = 16, 4
_MOST = 1 << 16  # characters of one forward pass
_RECIPE = _training.Recipe(window=96, batch=32, least=60_000, rate=3e-3, warm_up=0.1, rest=0.1, times=2, recent=0.5)
"""Nothing is held out: facts of the text, each of which may stand there once, are what is to be learnt."""


class TextTransformer:
    """Causal character transformer (torch).

    Parameters
    ----------
    width, depth : channels, a multiple of 16, and blocks.
    effort : multiplies what is read in training; 1 reads each character about twice.
    seed : of the first weights and of the windows.

    Raises
    ------
    InputError
        If torch is not installed.
    ValueError
        For settings that make no net.
    """

    name = "text-transformer"
    family = "text-transformer"

    def __init__(self, width: int = 64, depth: int = 2, effort: float = 1.0, seed: int = 0) -> None:
        extras.require("torch", f"engine '{self.name}'")
        if width < _HEAD or width % _HEAD or depth < 1 or not effort > 0:
            raise ValueError(f"width must be a multiple of {_HEAD}, depth at least 1 and effort positive; got width "
                             f"{width}, depth {depth}, effort {effort}")
        self.seed, self.effort = seed, effort
        self._net = _net(width, depth, key("weights", seed) % 2**63)
        self._text = _training.Text()

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self._net.parameters())

    def learn(self, pieces: Sequence[str]) -> None:
        """Read more of the corpus.

        Raises
        ------
        SequenceError
            For a character that is not printable ASCII, with the piece and the position.
        """
        parts = [encode(piece, where=f"piece {i}") for i, piece in enumerate(pieces, start=1)]
        self._text.read = np.concatenate([self._text.read, *parts])
        if new := sum(map(len, parts)):
            recipe = _RECIPE._replace(effort=self.effort)
            _training.train(self._net, self._text, new, recipe, seed=self.seed, device="cpu")

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,).

        Raises
        ------
        SequenceError
            For a character that is not printable ASCII, with the row and the position.
        """
        import torch

        out = np.zeros(len(target))
        texts = [encode(c + t, where=f"sequence {i + 1}") for i, (c, t) in
                 enumerate(zip(context, target, strict=True))]
        for rows in _batches([len(text) if t else 0 for text, t in zip(texts, target, strict=True)]):
            codes, sizes = _padded([texts[r] for r in rows])
            place = np.arange(codes.shape[1] - 1)[None, :]
            asked = (place >= np.array([len(context[r]) for r in rows])[:, None]) & (place < sizes[:, None])
            owner, at = np.nonzero(asked)
            with torch.no_grad():
                logits = self._net.head(self._net.hidden(codes[:, :-1])[owner, at])
                log_p = torch.log_softmax(logits.double(), dim=-1).gather(1, codes[owner, at + 1][:, None])
            out[rows] = np.bincount(owner, weights=log_p[:, 0].numpy(), minlength=len(rows))
        return out

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """The most probable character, again and again, ``length`` times; ``seed`` changes nothing."""
        import torch

        texts = [encode(text, where=f"sequence {i}") for i, text in enumerate(context, start=1)]
        made = np.zeros((len(texts), length), dtype=np.uint8)
        for size in sorted({len(text) for text in texts}):
            rows = [r for r, text in enumerate(texts) if len(text) == size]
            codes, _ = _padded([texts[r] for r in rows])
            past: list[dict[str, Any]] = [{} for _ in self._net.blocks]
            with torch.no_grad():
                for step in range(length):
                    codes = self._net(codes, past)[:, -1].argmax(dim=-1)[:, None]
                    made[rows, step] = codes[:, 0].numpy()
        return [decode(row) for row in made]


def _batches(sizes: Sequence[int]) -> list[NDArray[np.int64]]:
    """Rows of like length, about ``_MOST`` characters at a time; empty ones are left out."""
    order = np.argsort(sizes, kind="stable")
    order = order[np.asarray(sizes, dtype=np.int64)[order] > 0]
    batch = np.cumsum(np.asarray(sizes, dtype=np.int64)[order]) // _MOST
    return [order[batch == b] for b in np.unique(batch)]


def _padded(texts: Sequence[NDArray[np.uint8]]) -> tuple[Any, NDArray[np.int64]]:
    """Codes after a START, filled up with code 0, shape (n, 1 + longest), and the sizes."""
    import torch

    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    codes = np.zeros((len(texts), 1 + int(sizes.max())), dtype=np.int64)
    codes[:, 0] = _START
    for row, text in enumerate(texts):
        codes[row, 1 : 1 + len(text)] = text
    return torch.from_numpy(codes), sizes


def _net(width: int, depth: int, seed: int) -> Any:
    """Characters in, logits of the next ones out, shape (rows, length) -> (rows, length, 96)."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.near_norm, self.norm, self.norm_2 = (nn.LayerNorm(width) for _ in range(3))
            self.near = nn.Conv1d(width, 2 * width, _NEAR)
            self.ask, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.wide = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x: Any, past: dict[str, Any]) -> Any:
            """``past`` keeps what the characters before ``x`` left, and takes in what ``x`` leaves."""
            rows, length, _ = x.shape
            near = self.near_norm(x).transpose(1, 2)
            near = torch.cat([past.get("near", near.new_zeros(rows, width, _NEAR - 1)), near], dim=2)
            x = x + nn.functional.glu(self.near(near), dim=1).transpose(1, 2)
            query, key_, value = (part.reshape(rows, length, -1, _HEAD).transpose(1, 2)
                                  for part in self.ask(self.norm(x)).chunk(3, dim=-1))
            done = past["key"].shape[2] if past else 0
            query, key_ = _turned(query, done), _turned(key_, done)
            if past:
                key_, value = torch.cat([past["key"], key_], dim=2), torch.cat([past["value"], value], dim=2)
            past.update(near=near[:, :, length:], key=key_, value=value)
            found = nn.functional.scaled_dot_product_attention(query, key_, value, is_causal=not done)
            x = x + self.out(found.transpose(1, 2).reshape(rows, length, width))
            return x + self.wide(self.norm_2(x))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.characters = nn.Embedding(_ALL + 1, width)
            self.blocks = nn.ModuleList(Block() for _ in range(depth))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, _ALL)
            nn.init.zeros_(self.head.weight)  # untaught, all characters are equally probable
            nn.init.zeros_(self.head.bias)

        def hidden(self, codes: Any, past: list[dict[str, Any]] | None = None) -> Any:
            x = self.characters(codes)
            for block, before in zip(self.blocks, past or [{} for _ in self.blocks], strict=True):
                x = block(x, before)
            return self.norm(x)

        def forward(self, codes: Any, past: list[dict[str, Any]] | None = None) -> Any:
            return self.head(self.hidden(codes, past))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Net().eval()


def _turned(x: Any, done: int) -> Any:
    """Rotate pairs of channels by an angle that grows with the place (Su et al. 2021, arXiv:2104.09864).

    ``done``: how many places there were before the first of ``x``.
    """
    import torch

    half = x.shape[-1] // 2
    angle = (done + torch.arange(x.shape[2]))[:, None] * 1000.0 ** (-torch.arange(half) / half)
    left, right = x.chunk(2, dim=-1)
    return torch.cat([left * angle.cos() - right * angle.sin(), left * angle.sin() + right * angle.cos()], dim=-1)


ENGINES = (EngineSpec(make=TextTransformer, id="text-transformer", extra="torch", domain=Domain.ARITHMETIC),)
