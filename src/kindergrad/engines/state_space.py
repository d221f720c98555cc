"""A gated linear recurrence (a state-space language model) of DNA.

A state per channel that forgets at a rate chosen by the letters: h_t = (1 - z_t) h_{t-1} + z_t c_t. What it remembers
has a fixed size, whatever the length of the text.

Shows: phase, composition and gates over any distance.
Does not show: copying of long stretches, for which its memory is too small.
Source: Gu and Dao (2023), arXiv:2312.00752 (selective state spaces); Feng et al. (2024), arXiv:2410.01201.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.engine import EngineSpec
from kindergrad.engines._language_model import LanguageModel

_NEAR = 4  # letters of the short convolution before the gates


class StateSpace(LanguageModel):
    """Gated linear recurrence (torch), a state-space language model trained along the data ladder."""

    name = family = "state-space"

    def __init__(self, width: int = 96, depth: int = 3, *, effort: float = 1.0, window: int = 256,
                 device: str = "auto", seed: int = 0) -> None:
        super().__init__(width, depth, effort=effort, window=window, device=device, seed=seed)

    def blocks(self) -> list[Any]:
        return [_block(self.width) for _ in range(self.depth)]


def _block(width: int) -> Any:
    import torch
    from torch import nn

    scan = _scan()

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.near = nn.Parameter(torch.randn(_NEAR, width) / _NEAR)
            self.gates, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.wide = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
            with torch.no_grad():  # memories of 1 to 500 letters to begin with
                self.gates.bias[:width] = torch.logit(1 / torch.logspace(0.1, 2.7, width))

        def forward(self, x: Any) -> Any:
            length = x.shape[1]
            past = nn.functional.pad(self.norm(x), (0, 0, _NEAR - 1, 0))
            near = sum(past[:, i : i + length] * self.near[i] for i in range(_NEAR))
            take, new, show = self.gates(near).chunk(3, dim=-1)
            take = torch.sigmoid(take)
            state = scan((1 - take).transpose(0, 1).contiguous(), (take * new).transpose(0, 1).contiguous())
            x = x + self.out(state.transpose(0, 1) * nn.functional.silu(show))
            return x + self.wide(self.norm_2(x))

    return Block()


def _scan() -> Any:
    """h_t = a_t h_{t-1} + b_t along the first axis, with a gradient of its own: a loop of cheap steps."""
    import torch

    class Scan(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, keep: Any, new: Any) -> Any:
            state = new.clone()
            for t in range(1, len(state)):
                state[t].addcmul_(keep[t], state[t - 1])
            ctx.save_for_backward(keep, state)
            return state

        @staticmethod
        def backward(ctx: Any, *given: Any) -> Any:
            keep, state = ctx.saved_tensors
            grad = given[0].clone()
            for t in range(len(state) - 2, -1, -1):
                grad[t].addcmul_(keep[t + 1], grad[t + 1])
            of_keep = torch.zeros_like(keep)
            of_keep[1:] = grad[1:] * state[:-1]
            return of_keep, grad

    return Scan.apply


ENGINES = (EngineSpec(make=StateSpace, id="state-space", extra="torch"),)
