"""A small latent neural model of responses: genes and contexts are embedded, a net turns their sum into a response.

The embeddings of the perturbed genes are added up, as in the compositional autoencoder of Lotfollahi et al. (2023),
doi:10.15252/msb.202211517, and a net with one hidden layer decodes them, so that interactions can be learnt. A gene's
embedding is one of its own plus one of its pathway. Trained anew at each size, with early stopping on a tenth of the
experiments.

Shows: what a plain net learns from a screen. Does not show: what pre-training on cells would add.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition
from kindergrad.core.seeds import key, stream
from kindergrad.engines import _genes
from kindergrad.engines._screen_reader import Read, Reader

Floats = NDArray[np.float64]

_RATE, _DECAY, _BATCH, _LOOK, _PATIENCE = 3e-3, 1e-4, 64, 10, 4


class Latent(Reader):
    """Latent neural model (torch).

    Parameters
    ----------
    width : of the embeddings and of the hidden layer.
    epochs : at most, over the experiments read.
    """

    name = "response-latent"
    family = "latent"

    def __init__(self, width: int = 64, epochs: int = 200, seed: int = 0) -> None:
        extras.require("torch", "the engine 'response-latent'")
        super().__init__()
        self.width, self.epochs, self.seed = width, epochs, seed
        self._net: Any = None

    def refit(self, read: Read) -> None:
        import torch

        x, y = self._inputs(read, read.conditions), read.response - read.mean
        rng = stream(self.seed, "latent", len(y))
        order = rng.permutation(len(y))
        held, kept = order[: len(y) // 10], order[len(y) // 10 :]
        with torch.random.fork_rng(devices=[]):  # weights are drawn from the global state, which is given back
            torch.manual_seed(key("latent", self.seed, len(y)) % 2**31)
            net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], self.width, bias=False), torch.nn.Tanh(),
                                      torch.nn.Linear(self.width, self.width), torch.nn.GELU(),
                                      torch.nn.Linear(self.width, y.shape[1]))
        inputs, aims = (torch.tensor(a, dtype=torch.float32) for a in (x, y))
        weight = torch.tensor(read.weight / read.weight.mean(), dtype=torch.float32)[:, None]
        steps = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
        best, kept_weights, since = np.inf, None, 0
        for epoch in range(self.epochs):
            for batch in np.array_split(rng.permutation(kept), max(1, len(kept) // _BATCH)):
                steps.zero_grad()
                loss = (weight[batch] * (net(inputs[batch]) - aims[batch]) ** 2).mean()
                loss.backward()
                steps.step()
            if len(held) and epoch % _LOOK == 0:
                with torch.no_grad():
                    missed = float(((net(inputs[held]) - aims[held]) ** 2).mean())
                since = 0 if missed < best else since + 1
                if missed < best:
                    best, kept_weights = missed, {k: v.clone() for k, v in net.state_dict().items()}
                if since >= _PATIENCE:
                    break
        if kept_weights is not None:
            net.load_state_dict(kept_weights)
        self._net = net

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes)."""
        import torch

        read = self.read
        x = self._inputs(read, conditions)
        with torch.no_grad():
            moved = self._net(torch.tensor(x, dtype=torch.float32)).numpy().astype(np.float64)
        touched = _genes.touched(read, conditions).any(axis=1)
        return np.asarray(np.where(touched[:, None], read.mean + moved, 0.0))

    @staticmethod
    def _inputs(read: Read, conditions: Sequence[Condition]) -> Floats:
        touched = _genes.touched(read, conditions)
        return np.hstack([touched, touched @ _genes.pathway_of(read), _genes.contexts(read, conditions)])


ENGINES = (EngineSpec(make=Latent, id="response-latent", domain=Domain.PERTURBATION, extra="torch"),)
