"""A folder of checkpoints is a ladder of scale: every checkpoint sits the same exams.

Two kinds are read. Hugging Face: folders with a model and a ``trainer_state.json``. Lightning: files ``*.ckpt``, of
which only the weights and ``global_step`` are taken, by a loader that runs no code of the file. The scale of a
checkpoint is, where known, the tokens that it had read: the trainer's own count, or its step times
``tokens_per_step``; else the step.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core import scale as scales
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import InputError
from kindergrad.core.names import Axis, Readout
from kindergrad.core.scale import Scale
from kindergrad.engines import _transformers, huggingface

Floats = NDArray[np.float64]
_STATE = "trainer_state.json"


class _Checkpoint(NamedTuple):
    place: Path
    step: int
    tokens: float | None
    """As the trainer counted them."""


class Checkpoints:
    """A ladder of checkpoints of one Hugging Face model (transformers), each an engine of its own.

    Parameters
    ----------
    path : folder with the checkpoints.
    config : folder with configuration and tokenizer, where the checkpoints hold none (Lightning).
    tokens_per_step : how many tokens a step read, where the trainer did not count them.
    **options : those of the engine ``huggingface``, the same for all.

    Raises
    ------
    InputError
        If there is no checkpoint, or one of them cannot be read without running code of its own.
    """

    name = "checkpoints"

    def __init__(self, path: str, *, config: str | None = None, tokens_per_step: float | str | None = None,
                 **options: Any) -> None:
        extras.require("hf", "engine 'checkpoints'")
        self._config, self._options = config, options
        per_step = None if tokens_per_step is None else scales.parse(tokens_per_step)
        self._found = _find(Path(path))
        counted = [c.tokens if c.tokens else per_step and per_step * c.step for c in self._found]
        self._axis = Axis.TOKENS if all(counted) else Axis.STEP
        self._x = [float(t or 0) for t in counted] if all(counted) else [float(c.step) for c in self._found]
        order = np.argsort(self._x, kind="stable")
        self._found, self._x = [self._found[i] for i in order], [self._x[i] for i in order]
        self._engine: Any = None
        self.stand_at(len(self._found) - 1)
        self.family = self._engine.family
        for ask in ("log_likelihood", "pseudo_log_likelihood", "generate"):
            if hasattr(self._engine, ask):  # it can be asked what its checkpoints can be asked
                setattr(self, ask, lambda *given, ask=ask: getattr(self._engine, ask)(*given))

    def points(self) -> list[tuple[Scale, ...]]:
        """Tokens (or steps) of every checkpoint, and its parameters."""
        size = Scale(axis=Axis.PARAMETERS, value=self.parameters)
        return [(Scale(axis=self._axis, value=x), size) for x in self._x]

    def stand_at(self, point: int) -> None:
        """Take the weights of one checkpoint; those of the one before are let go."""
        place = self._found[point].place
        if place.suffix == ".ckpt":
            self._engine = _of_lightning(place, self._config, self._options)
        else:
            words = None if (place / "tokenizer_config.json").is_file() else self._config
            self._engine = huggingface.huggingface(str(place), tokenizer=words, **self._options)

    def digest(self, point: int) -> str:
        """Identity of one checkpoint."""
        return _transformers.digest_of(self._found[point].place)

    @property
    def parameters(self) -> int:
        return int(self._engine.parameters)

    def embed(self, sequences: Sequence[str]) -> Floats:
        """As the checkpoint embeds, shape (n, d)."""
        return np.asarray(self._engine.embed(sequences))

    def windowed(self, sequences: Sequence[str]) -> NDArray[np.bool_]:
        """Which sequences are longer than one pass, shape (n,)."""
        return np.asarray(self._engine.windowed(sequences))

    def untrained(self) -> Any:
        """The same architecture with fresh weights."""
        return self._engine.untrained()


def _find(root: Path) -> list[_Checkpoint]:
    if not root.is_dir():
        raise InputError(f"no folder of checkpoints at '{root}'")
    found = [_read_state(state) for state in sorted(root.glob(f"*/{_STATE}"))]
    found += [_read_ckpt(file) for file in sorted(root.rglob("*.ckpt"))]
    known = {}
    for checkpoint in found:
        if checkpoint.step < 1:
            continue  # before the first step nothing was read: the untrained copy stands for it
        if checkpoint.step in known:
            raise InputError(f"two checkpoints of step {checkpoint.step}: {known[checkpoint.step].place.name} and "
                             f"{checkpoint.place.name}; keep one")
        known[checkpoint.step] = checkpoint
    if not known:
        raise InputError(f"'{root}' holds no checkpoint; expected folders with a {_STATE}, or files *.ckpt")
    return list(known.values())


def _read_state(file: Path) -> _Checkpoint:
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        step, tokens = int(state["global_step"]), float(state.get("num_input_tokens_seen") or 0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"cannot read the step from {file}: {type(error).__name__}: {error}") from None
    return _Checkpoint(file.parent, step, tokens or None)


def _load_ckpt(file: Path) -> dict[str, Any]:
    """Tensors and plain values of a file; never an object that could run code."""
    import pickle

    import torch

    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        told = " ".join(str(error).split())[:120]
        raise InputError(f"{file} cannot be read without running code that it holds ({told}); save it with weights "
                         "only") from None
    if not isinstance(found, dict) or not {"state_dict", "global_step"} <= set(found):
        raise InputError(f"{file} is no Lightning checkpoint: expected state_dict and global_step")
    return found


def _read_ckpt(file: Path) -> _Checkpoint:
    return _Checkpoint(file, int(_load_ckpt(file)["global_step"]), None)


def _of_lightning(file: Path, config: str | None, options: dict[str, Any]) -> Any:
    """The model of a configuration with the weights of a Lightning file, whatever name the module gave it."""
    if config is None:
        raise InputError(f"{file.name} holds weights but no architecture; try --set config=FOLDER with its config.json "
                         "and tokenizer")
    engine = huggingface.huggingface(config, **options).untrained()
    try:
        engine.take(_load_ckpt(file)["state_dict"])
    except InputError as error:
        raise InputError(f"{file.name}: {error}; is '{config}' its configuration?") from None
    return engine


ENGINES = (EngineSpec(make=Checkpoints, id="checkpoints", extra="hf",
                      readouts=(Readout.LIKELIHOOD, Readout.PSEUDO_LIKELIHOOD, Readout.PROBE, Readout.GENERATION)),)
