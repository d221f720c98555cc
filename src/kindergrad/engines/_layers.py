"""Layers that more than one neural engine is built of."""

from __future__ import annotations

from typing import Any


def gated_convolution(width: int, *, kernel: int, dilation: int = 1) -> Any:
    """A causal convolution over ``kernel`` letters, ``dilation`` apart, half of whose channels gate the other half."""
    from torch import nn

    class GatedConvolution(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(width)
            self.look = nn.Conv1d(width, 2 * width, kernel, dilation=dilation)
            self.out = nn.Linear(width, width)

        def forward(self, x: Any) -> Any:
            past = nn.functional.pad(self.norm(x).transpose(1, 2), ((kernel - 1) * dilation, 0))
            return x + self.out(nn.functional.glu(self.look(past), dim=1).transpose(1, 2))

    return GatedConvolution()
