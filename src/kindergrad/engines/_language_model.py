"""What the neural language models of DNA share: everything but the blocks between letters in and letters out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core.dna import decode, encode
from kindergrad.core.seeds import key, stream
from kindergrad.engines import _training
from kindergrad.engines._batches import Batches

_MOST_LETTERS = 1 << 15  # letters of one forward pass on a CPU


class LanguageModel:
    """A causal net over DNA letters, trained along the data ladder.

    Parameters
    ----------
    width, depth : channels of every layer, and number of blocks.
    effort : multiplies the letters read in training; 1 reads 1 Mb in less than a minute on one core.
    window : letters of a stretch that is read at once in training; nothing farther apart is learnt to belong together.
    device : ``auto`` (a GPU if there is one), or a device of torch.
    seed : of the first weights and of the order of reading.

    Raises
    ------
    InputError
        If torch is not installed.
    ValueError
        For settings that make no net.
    """

    family = "neural"

    def __init__(self, width: int, depth: int, *, effort: float = 1.0, window: int = 256,
                 device: str = "auto", seed: int = 0) -> None:
        extras.require("torch", f"engine '{self.family}'")
        for name, value in (("width", width), ("depth", depth), ("effort", effort), ("window", window)):
            if not value > 0:
                raise ValueError(f"{name} must be positive; got {value}")
        self.width, self.depth, self.effort, self.seed = int(width), int(depth), float(effort), seed
        self.window = int(window)
        self._asked_device = device
        self._net: Any = None
        self._text = _training.Text()
        self._batches = Batches(_MOST_LETTERS)

    def blocks(self) -> list[Any]:
        """The layers of this family, each from and to shape (rows, length, width); no letter may see a later one."""
        raise NotImplementedError

    def untrained(self) -> Self:
        """The same net before it read anything."""
        return type(self)(**self.settings())

    def settings(self) -> dict[str, Any]:
        """What makes this net again."""
        return {"width": self.width, "depth": self.depth, "effort": self.effort, "window": self.window,
                "device": self._asked_device, "seed": self.seed}

    @property
    def device(self) -> str:
        import torch

        return self._asked_device if self._asked_device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"

    @property
    def net(self) -> Any:
        """The net, built when first needed; the global random state of torch is left as found."""
        if self._net is None:
            import torch

            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(key("weights", self.family, self.seed) % 2**63)
                self._net = _assemble(self.blocks(), self.width).to(self.device).eval()
        return self._net

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.net.parameters())

    def learn(self, pieces: Sequence[str]) -> None:
        """Read more of the corpus.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the piece and the position.
        """
        new = self._text.add(pieces)
        if new:
            step = _training.DNA.batch * _training.DNA.window  # letters, whatever the window
            recipe = _training.DNA._replace(effort=self.effort, window=self.window, batch=max(1, step // self.window))
            _training.train(self.net, self._text, new, recipe, seed=self.seed, device=self.device)

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,).

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        """
        import torch

        out = np.zeros(len(target))
        sizes = np.array([len(c) for c in context], dtype=np.int64)

        def score(rows: NDArray[np.int64], codes: NDArray[np.int64], inside: NDArray[np.bool_]) -> None:
            letters = torch.from_numpy(codes).to(self.device)
            log_p = torch.log_softmax(self.net(self._shifted(letters)).double(), dim=-1)
            chosen = log_p.gather(2, letters[:, :, None])[:, :, 0].cpu().numpy()
            asked = inside & (np.arange(codes.shape[1])[None, :] >= sizes[rows, None])
            out[rows] = np.where(asked, chosen, 0.0).sum(axis=1)

        texts = [c + t for c, t in zip(context, target, strict=True)]
        self._over([text if t else "" for text, t in zip(texts, target, strict=True)], score)
        return out

    def embed(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        """Mean of the last hidden states over the letters, shape (n, width); refuses letters as above."""
        import torch

        out = np.zeros((len(sequences), self.width))

        def mean(rows: NDArray[np.int64], codes: NDArray[np.int64], inside: NDArray[np.bool_]) -> None:
            # shifted by one, the last letter is never read: a START behind it makes room
            padded = torch.nn.functional.pad(torch.from_numpy(codes).to(self.device), (1, 0), value=_training.START)
            hidden = self.net.hidden(padded)[:, 1:].double().cpu().numpy()
            out[rows] = (hidden * inside[:, :, None]).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)[:, None]

        self._over(list(sequences), mean)
        return out

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """Draw ``length`` letters after each context; the same seed gives the same letters in any batch."""
        import torch

        texts = [encode(c, where=f"sequence {i + 1}") for i, c in enumerate(context)]
        luck = np.array([stream(seed, "generate", decode(text)).random(length) for text in texts])
        sizes = np.array([len(text) for text in texts], dtype=np.int64)
        out = np.zeros((len(texts), length), dtype=np.uint8)

        def write(rows: NDArray[np.int64]) -> None:
            codes = np.zeros((len(rows), int(sizes[rows].max()) + length), dtype=np.int64)
            for row, own in zip(codes, rows, strict=True):
                row[: sizes[own]] = texts[own]
            for step in range(length):
                at = sizes[rows] + step  # what stands behind is not seen, so that rows may differ in length
                logits = self.net(self._shifted(torch.from_numpy(codes[:, : at.max() + 1]).to(self.device)))
                p = torch.softmax(logits[np.arange(len(rows)), at].double(), dim=-1).cpu().numpy()
                drawn = (p.cumsum(axis=1)[:, :-1] < luck[rows, step, None]).sum(axis=1)
                codes[np.arange(len(rows)), at] = out[rows, step] = drawn

        with torch.no_grad():
            self._batches.over(sizes + length, write)
        return [decode(row) for row in out]

    def _over(self, texts: list[str],
              use: Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]], None]) -> None:
        """Hand over batches of texts of like length: row numbers, codes, and which of them are letters."""
        import torch

        codes = [encode(text, where=f"sequence {i + 1}") for i, text in enumerate(texts)]
        sizes = np.array([len(c) for c in codes], dtype=np.int64)

        def one(rows: NDArray[np.int64]) -> None:
            inside = np.arange(int(sizes[rows].max()))[None, :] < sizes[rows, None]
            padded = np.zeros(inside.shape, dtype=np.int64)
            padded[inside] = np.concatenate([codes[r] for r in rows])
            use(rows, padded, inside)

        with torch.no_grad():
            self._batches.over(sizes, one)

    @staticmethod
    def _shifted(letters: Any) -> Any:
        """What stands before each letter."""
        import torch

        return torch.nn.functional.pad(letters[:, :-1], (1, 0), value=_training.START)


def _assemble(blocks: list[Any], width: int) -> Any:
    """Letters in, blocks, letters out."""
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.letters = nn.Embedding(5, width)
            self.blocks = nn.Sequential(*blocks)
            self.norm = nn.LayerNorm(width)
            self.head = nn.Linear(width, 4)
            nn.init.zeros_(self.head.weight)  # untaught, all letters are equally probable
            nn.init.zeros_(self.head.bias)

        def hidden(self, codes: Any) -> Any:
            return self.norm(self.blocks(self.letters(codes)))

        def forward(self, codes: Any) -> Any:
            return self.head(self.hidden(codes))

    return Net()
