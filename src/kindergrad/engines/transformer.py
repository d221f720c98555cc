"""A causal transformer language model of DNA, with attention to as many letters as a training window has.

A short convolution before the attention lets queries and keys stand for words of a few letters, so that a word can be
looked up where it occurred before. Places are told by rotation. The attention slides: a text of any length is read
whole, and no letter looks back farther than ``window`` letters in one block.

Shows: words, words at a distance, and copying and pairing of letters, which it learns within 1 to 3 Mb of a text that
is full of either, and much later from a text that holds little (benchmarks/beyond_words.py).
Does not show: anything beyond depth times window letters.
Source: Vaswani et al. (2017), arXiv:1706.03762; Su et al. (2021), arXiv:2104.09864 (rotation); Olsson et al. (2022),
arXiv:2209.11895 (keys smeared over letters let one block copy).
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.engine import EngineSpec
from kindergrad.engines._language_model import LanguageModel
from kindergrad.engines._layers import gated_convolution

_NEAR = 4  # letters of the short convolution before the attention
_HEAD = 16  # channels of a head


class Transformer(LanguageModel):
    """Causal transformer language model (torch), trained along the data ladder."""

    name = family = "transformer"

    def __init__(self, width: int = 64, depth: int = 2, *, effort: float = 1.0, window: int = 256,
                 device: str = "auto", seed: int = 0) -> None:
        if width % _HEAD:
            raise ValueError(f"width must be a multiple of {_HEAD}; got {width}")
        super().__init__(width, depth, effort=effort, window=window, device=device, seed=seed)

    def blocks(self) -> list[Any]:
        return [_block(self.width, self.window) for _ in range(self.depth)]


def _block(width: int, reach: int) -> Any:
    from torch import nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.near = gated_convolution(width, kernel=_NEAR)
            self.norm, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.ask, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.wide = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

        def forward(self, x: Any) -> Any:
            x = self.near(x)
            rows, length, _ = x.shape
            query, key, value = (part.reshape(rows, length, -1, _HEAD).transpose(1, 2)
                                 for part in self.ask(self.norm(x)).chunk(3, dim=-1))
            found = _attend(_turned(query), _turned(key), value, reach)
            x = x + self.out(found.transpose(1, 2).reshape(rows, length, width))
            return x + self.wide(self.norm_2(x))

    return Block()


def _turned(x: Any) -> Any:
    """Rotate pairs of channels by an angle that grows with the place, shape (rows, heads, length, channels)."""
    import torch

    half = x.shape[-1] // 2
    speed = 10_000.0 ** (-torch.arange(half, device=x.device) / half)
    angle = torch.arange(x.shape[2], device=x.device)[:, None] * speed
    left, right = x.chunk(2, dim=-1)
    return torch.cat([left * angle.cos() - right * angle.sin(), left * angle.sin() + right * angle.cos()], dim=-1)


def _attend(query: Any, key: Any, value: Any, reach: int) -> Any:
    """Attention of every letter to itself and the ``reach - 1`` letters before it.

    Blocks of ``reach`` letters look at themselves and at the block before, so that cost grows with the length only.
    They stand beside the rows, since the fast kernel takes four dimensions.
    """
    from torch.nn import functional

    import torch

    rows, _, length, _ = query.shape
    if length <= reach:
        return functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    extra = -length % reach
    blocks = (length + extra) // reach
    query = functional.pad(query, (0, 0, 0, extra)).unfold(2, reach, reach)
    key, value = (functional.pad(part, (0, 0, reach, extra)).unfold(2, 2 * reach, reach) for part in (key, value))
    query, key, value = (part.permute(0, 2, 1, 4, 3).flatten(0, 1) for part in (query, key, value))
    place = torch.arange(reach, device=query.device)[:, None] + reach
    other = torch.arange(2 * reach, device=query.device)[None, :]
    seen = ((other <= place) & (other > place - reach)).expand(blocks, 1, reach, 2 * reach).clone()
    seen[0, :, :, :reach] = False  # before the first letter there is nothing
    found = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen.repeat(rows, 1, 1, 1))
    return found.unflatten(0, (rows, blocks)).transpose(1, 2).flatten(2, 3)[:, :, :length]


ENGINES = (EngineSpec(make=Transformer, id="transformer", extra="torch"),)
