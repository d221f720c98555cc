"""Models of the Hugging Face kind as they lie on disk or in memory: loading, counting, and one forward pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.seeds import key

if TYPE_CHECKING:
    from kindergrad.engines.huggingface import Options

_LIMITS = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "max_sequence_length")
_PADDED_PLACES = ("esm", "roberta", "xlm-roberta", "camembert", "longformer")  # places begin behind the padding id
_BLOCK, _BLOCKS = 1 << 20, 64  # of a large weight file, so many blocks of so many bytes decide its identity


class Source:
    """One model and its tokenizer. Weights are loaded when they are first needed."""

    def __init__(self, *, config: Any, tokenizer: Any, kind: str, options: Options, model: Any = None,
                 path: str = "") -> None:
        self.config, self.tokenizer, self.kind, self.options = config, tokenizer, kind, options
        self._model, self._path = model, path
        self._fresh = False

    @property
    def family(self) -> str:
        return str(getattr(self.config, "model_type", None) or "transformers")

    @property
    def device(self) -> str:
        if self._model is not None:
            return str(next(self._model.parameters()).device)
        import torch

        asked = self.options.device
        return asked if asked != "auto" else "cuda" if torch.cuda.is_available() else "cpu"

    @property
    def model(self) -> Any:
        if self._model is None:
            self._model = self._load().to(self.device)
        return self._model

    def _load(self) -> Any:
        import torch

        dtype = getattr(torch, self.options.dtype, None)
        if not isinstance(dtype, torch.dtype):
            raise InputError(f"dtype must be one of torch, such as float32 or bfloat16; got '{self.options.dtype}'")
        if self._fresh:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(key("untrained", self.family) % 2**63)
                return self._maker().from_config(self.config, **self._trust()).to(dtype)
        model, told = _from(self._maker(), self._path, self.options, dtype=dtype, config=self.config,
                            output_loading_info=True)
        if missing := sorted(told["missing_keys"]):
            raise InputError(f"'{self._path}' lacks {len(missing)} of the weights of a {self.kind} model, such as "
                             f"{missing[0]}; they would be random; try --set kind=embedding")
        return model

    def _maker(self) -> Any:
        import transformers

        return {"causal": transformers.AutoModelForCausalLM, "masked": transformers.AutoModelForMaskedLM,
                "embedding": transformers.AutoModel}[self.kind]

    def _trust(self) -> dict[str, Any]:
        return {"trust_remote_code": True} if self.options.trust_remote_code else {}

    def untrained(self) -> Source:
        """The same architecture with fresh weights."""
        other = Source(config=self.config, tokenizer=self.tokenizer, kind=self.kind, options=self.options)
        other._fresh = True
        return other

    def parameters(self) -> int:
        """How many the model has; counted without reading the weights."""
        import torch

        model = self._model
        if model is None:
            with torch.device("meta"):
                model = self._maker().from_config(self.config, **self._trust())
        return sum(p.numel() for p in model.parameters())

    def digest(self) -> str:
        """Identity of the weights: of the files, or of a model in memory the moments of every tensor."""
        if self._path:
            commit = getattr(self.config, "_commit_hash", None)
            return digest_of(Path(self._path)) if Path(self._path).is_dir() else f"{self._path}@{commit}"
        state = hashlib.blake2b(digest_size=8)
        for name, value in sorted(self.model.state_dict().items()):
            wide = value.detach().double().cpu()
            state.update(f"{name}:{tuple(value.shape)}:{wide.sum().item()!r}:{wide.square().sum().item()!r}".encode())
        return state.hexdigest()

    def take(self, state: Mapping[str, Any]) -> None:
        """Replace the weights by those of ``state``, whose names may stand behind a common prefix."""
        wanted = list(self.model.state_dict())
        ends = [name.removesuffix(wanted[0]) for name in state if name.endswith(wanted[0])]
        prefix = min(ends, key=len, default="")
        if missing := [name for name in wanted if prefix + name not in state]:
            raise InputError(f"{len(missing)} of {len(wanted)} weights of the model are not in the checkpoint, such as "
                             f"{missing[0]}")
        self.model.load_state_dict({name: state[prefix + name] for name in wanted})

    def context(self) -> int | None:
        """Most tokens of one pass, special ones too, or None."""
        found = [getattr(self.config, name) for name in _LIMITS if isinstance(getattr(self.config, name, None), int)]
        if not found:
            return None
        behind = self.family in _PADDED_PLACES and getattr(self.config, "position_embedding_type", "") != "rotary"
        return int(min(found)) - (int(self.config.pad_token_id or 0) + 1 if behind else 0)

    def start(self, prefix: Sequence[int]) -> list[int]:
        """What a causal model reads before the first letter: its own prefix, or the token it has for a beginning.

        Raises
        ------
        InputError
            If there is none, so that the first letter of a text has no probability.
        """
        if prefix:
            return list(prefix)
        for name in ("bos_token_id", "cls_token_id", "eos_token_id", "sep_token_id", "pad_token_id"):
            if (found := getattr(self.tokenizer, name, None)) is not None:
                return [int(found)]
        raise InputError("the tokenizer has no token to stand before a text (bos, cls, eos, sep or pad); give it one")

    def mask(self) -> int:
        found = self.tokenizer.mask_token_id
        if found is None:
            raise EngineError("the tokenizer has no mask token; a masked model needs one")
        return int(found)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Evaluation mode without gradients; every part of the model is left in the mode it was in."""
        import torch

        modes = [(part, part.training) for part in self.model.modules()]
        self.model.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            for part, mode in modes:
                part.training = mode

    def log_p(self, inputs: Sequence[Sequence[int]], places: Sequence[tuple[int, int, int]], shift: int,
              among: NDArray[np.int64], letters: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Natural log probability of what stands, or stood, at each place, among the tokens of DNA.

        Parameters
        ----------
        inputs : token ids of each row.
        places : row, place before ``shift``, and token; with ``letters``, the code of the letter.
        among : tokens that compete, shape (m,).
        letters : letter that each of them has at the offset asked, shape (places, m), or None.
        """
        import torch

        logits = self._forward(inputs).logits
        rows, at, what = (torch.tensor(column, device=logits.device) for column in zip(*places, strict=True))
        competing = torch.from_numpy(among).to(logits.device)
        log_p = torch.log_softmax(logits[rows, at + shift][:, competing].double(), dim=-1)
        if letters is None:
            return np.asarray(log_p.gather(1, torch.searchsorted(competing, what)[:, None])[:, 0].cpu().numpy())
        other = torch.from_numpy(letters).to(logits.device) != what[:, None]
        return np.asarray(torch.logsumexp(log_p.masked_fill(other, -torch.inf), dim=-1).cpu().numpy())

    def next_token(self, ids: Sequence[int]) -> int:
        """The most probable token after a text; call it inside :meth:`frozen`."""
        return int(self._forward([ids]).logits[0, -1].argmax())

    def write_on(self, inputs: Sequence[Sequence[int]], most: int, among: NDArray[np.int64]) -> list[list[int]]:
        """The ``most`` most probable tokens of ``among`` after texts of one length, one by one; inside :meth:`frozen`.

        The library's own loop remembers what it has read, so that each token costs one step and not a whole pass.
        """
        import torch

        ids = torch.tensor([list(row) for row in inputs], device=self.device)
        size = self.model.get_output_embeddings().weight.shape[0]
        barred = np.setdiff1d(np.arange(size), among).tolist()
        with _quiet():
            out = self.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False,
                                      num_beams=1, suppress_tokens=barred or None, eos_token_id=None,
                                      pad_token_id=self.tokenizer.pad_token_id or 0, output_logits=True,
                                      return_dict_in_generate=True)
        if bad := int((~torch.isfinite(torch.stack(out.logits)).all(dim=2).all(dim=0)).sum()):
            raise EngineError(f"the next letters of {bad:,} of {len(inputs):,} texts have non-finite odds")
        return [[int(token) for token in row] for row in out.sequences[:, ids.shape[1] :].cpu()]

    def hidden(self, inputs: Sequence[Sequence[int]], layer: int) -> list[NDArray[np.float64]]:
        """Hidden states of one layer, a (length, d) array per row."""
        states = self._forward(inputs, output_hidden_states=True).hidden_states
        if not -len(states) <= layer < len(states):
            raise EngineError(f"the model has {len(states)} layers of hidden states; got layer {layer}")
        found = states[layer].double().cpu().numpy()
        return [row[: len(ids)] for row, ids in zip(found, inputs, strict=True)]

    def _forward(self, inputs: Sequence[Sequence[int]], **wanted: Any) -> Any:
        """One pass, padded on the right. A causal model never sees the padding, so it needs no mask for it."""
        import torch

        width = max(map(len, inputs))
        padding = self.tokenizer.pad_token_id or 0
        ids = torch.tensor([[*row, *[padding] * (width - len(row))] for row in inputs], device=self.device)
        if self.kind != "causal":
            wanted["attention_mask"] = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in inputs],
                                                    device=self.device)
        return self.model(input_ids=ids, **wanted)


def load(path: str, options: Options) -> Source:
    """A model by folder or hub id; only its configuration and its tokenizer are read now.

    Raises
    ------
    InputError
        In one line, for what cannot be found or used.
    """
    extras.require("hf", "engine 'huggingface'")
    import transformers

    config = _from(transformers.AutoConfig, path, options)
    tokenizer = _from(transformers.AutoTokenizer, options.tokenizer or path, options)
    kind = options.kind or _kind(getattr(config, "architectures", None) or ())
    return Source(config=config, tokenizer=tokenizer, kind=kind, options=options, path=path)


def held(model: Any, tokenizer: Any, options: Options) -> Source:
    """A model in memory."""
    kind = options.kind or _kind([type(model).__name__])
    return Source(config=model.config, tokenizer=tokenizer, kind=kind, options=options, model=model)


def _kind(architectures: Sequence[str]) -> str:
    named = " ".join(architectures)
    if "CausalLM" in named or "LMHead" in named:
        return "causal"
    return "masked" if "MaskedLM" in named or "ForPreTraining" in named else "embedding"


def _from(maker: Any, path: str, options: Options, **more: Any) -> Any:
    """``from_pretrained``, with one clear line where it fails."""
    given = more | ({"revision": options.revision} if options.revision else {})
    given |= {"trust_remote_code": True} if options.trust_remote_code else {}
    folder = Path(path).is_dir()
    try:
        with _quiet():
            return maker.from_pretrained(path, **given)
    except Exception as error:  # the library raises many kinds
        if folder:
            told = " ".join(str(error).split())[:200]
            raise InputError(f"cannot load a model from the folder '{path}': {told}") from None
        raise InputError(f"no folder '{path}', and no model of that name could be had from the hub (network? name? "
                         f"access?): {type(error).__name__}; download it first and give its folder") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars, reports and tries again of the libraries; their settings are left as found."""
    from huggingface_hub.utils import logging as of_hub
    from transformers.utils import logging

    shown, levels = logging.is_progress_bar_enabled(), (logging.get_verbosity(), of_hub.get_verbosity())
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    of_hub.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(levels[0])
        of_hub.set_verbosity(levels[1])
        if shown:
            logging.enable_progress_bar()


def digest_of(place: Path) -> str:
    """Identity of a weight file, or of all files of a folder."""
    state = hashlib.blake2b(digest_size=8)
    for file in [place] if place.is_file() else sorted(p for p in place.iterdir() if p.is_file()):
        _hash_file(state, file)
    return state.hexdigest()


def _hash_file(state: Any, file: Path) -> None:
    """Name, size and content of a file; of a large one, evenly spaced blocks."""
    size = file.stat().st_size
    state.update(f"{file.name}:{size}".encode())
    with file.open("rb") as stream:
        if size <= _BLOCK * _BLOCKS:
            state.update(stream.read())
            return
        for i in range(_BLOCKS):
            stream.seek(i * (size - _BLOCK) // (_BLOCKS - 1))
            state.update(stream.read(_BLOCK))
