"""A language model behind any OpenAI-compatible endpoint: by likelihood where it gives logprobs, and by generation.

Likelihoods come from ``/completions`` with ``echo`` and ``logprobs``, as vLLM and llama.cpp servers offer them. What
gives none (most chat services) is asked to write: ``likelihood=false``, and ``chat=true`` for ``/chat/completions``.

Shows: what a model answers as it is served. Does not show: what it had read; a model that never saw the notation of an
exam may know the arithmetic. A page of the notation can be put before every question (``preface``).
"""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import scale as scales
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.names import Axis, Domain, Readout
from kindergrad.core.scale import Scale

_AGAIN = (408, 429, 500, 502, 503, 504)  # answers after which it is worth to ask once more
_TASK = "Continue this text. Write only what comes next, without a comment:\n\n"


@dataclass(frozen=True, kw_only=True)
class Options:
    """How an endpoint is asked.

    Attributes
    ----------
    url : up to the version, such as ``http://localhost:8000/v1``.
    model : its name there.
    tokens, parameters : what it was trained on, or its size (``7G``); one is needed, for the place on a curve.
    likelihood : whether it gives logprobs of a prompt.
    chat : whether to generate through ``/chat/completions``.
    key_file : file that holds the key; it is sent as a bearer token and kept nowhere.
    preface : file of text that is put before every question.
    batch : prompts of one request.
    timeout, retries, pause : seconds to wait for an answer; how often to ask again, after how many seconds (doubled
        every time).
    """

    url: str
    model: str
    tokens: float | str | None = None
    parameters: float | str | None = None
    likelihood: bool = True
    chat: bool = False
    key_file: str | None = None
    preface: str | None = None
    batch: int = 16
    timeout: float = 60.0
    retries: int = 3
    pause: float = 0.5

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise ValueError(f"url must begin with http:// or https://; got '{self.url}'")
        if self.tokens is None and self.parameters is None:
            raise ValueError("how large is the model? give tokens=300G or parameters=7G, its place on a curve")
        if self.batch < 1 or self.retries < 0 or self.timeout <= 0 or self.pause < 0:
            raise ValueError("batch must be at least 1, timeout positive, retries and pause not negative")


class Writer:
    """A model that can be asked to write."""

    name = "llm"

    def __init__(self, options: Options) -> None:
        self.options, self.family = options, options.model
        self._key, self._preface = _text(options.key_file).strip(), _text(options.preface)
        self._broken = ""

    def points(self) -> list[tuple[Scale, ...]]:
        """One point: tokens, where they are given, and parameters."""
        given = ((Axis.TOKENS, self.options.tokens), (Axis.PARAMETERS, self.options.parameters))
        return [tuple(Scale(axis=axis, value=scales.parse(v)) for axis, v in given if v is not None)]

    def stand_at(self, point: int) -> None:
        """There is one point only."""

    def digest(self, point: int) -> str:
        """Identity of what answers, as far as it can be known from here: address, name and preface."""
        told = json.dumps([self.options.url, self.options.model, self._preface])
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """What it writes after each context at temperature 0, cut to ``length`` characters.

        Raises
        ------
        EngineError
            If the endpoint cannot be reached, refuses, or answers in another form.
        """
        prompts = [(self._preface + text).rstrip(" ") for text in context]
        body = {"max_tokens": length + 1, "temperature": 0, "seed": seed}
        if self.options.chat:
            asked = [{"messages": [{"role": "user", "content": _TASK + prompt}]} for prompt in prompts]
            written = [_at(self._ask("chat/completions", body | one)[0], "message", "content") for one in asked]
        else:
            written = [_at(choice, "text") for part in self._parts(prompts)
                       for choice in self._ask("completions", body | {"prompt": part})]
        return [str(text).lstrip(" ")[:length] for text in written]

    def _parts(self, prompts: Sequence[str]) -> Iterator[list[str]]:
        for start in range(0, len(prompts), self.options.batch):
            yield list(prompts[start : start + self.options.batch])

    def _ask(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The choices that the endpoint gives, one for each prompt, in order."""
        if self._broken:  # it did not answer before: waiting again for every exam would take hours
            raise EngineError(self._broken)
        where = f"{self.options.url.rstrip('/')}/{path}"
        status, answer = self._sent(where, json.dumps({"model": self.options.model, **body}))
        if status != 200:
            raise EngineError(f"{where} refuses: {status} {' '.join(answer.split())[:200]}; {_advice(status, path)}")
        try:
            choices = sorted(json.loads(answer)["choices"], key=lambda choice: int(choice.get("index", 0)))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise EngineError(f"{where} gives no choices; got {answer[:80]!r}; is it OpenAI-compatible?") from None
        if len(choices) != len(prompt if isinstance(prompt := body.get("prompt", [""]), list) else [prompt]):
            raise EngineError(f"{where} gives {len(choices)} choices for {len(body['prompt'])} prompts; try batch=1")
        return choices

    def _sent(self, where: str, body: str) -> tuple[int, str]:
        """Status and text of the answer; asks again while the endpoint is busy or out of reach."""
        trouble = ""
        for attempt in range(self.options.retries + 1):
            if attempt:
                time.sleep(self.options.pause * 2.0 ** (attempt - 1))
            try:
                status, answer = self._once(where, body)
            except (OSError, http.client.HTTPException) as error:
                trouble = str(error) or type(error).__name__
                continue
            if status not in _AGAIN:
                return status, answer
            trouble = f"{status} {' '.join(answer.split())[:100]}"
        self._broken = (f"{where} does not answer after {self.options.retries + 1} attempts: {trouble}; is the server "
                        "running, and the address right?")
        raise EngineError(self._broken)

    def _once(self, where: str, body: str) -> tuple[int, str]:
        parts = urlsplit(where)
        secure = parts.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        line = connect(parts.hostname or "", parts.port, timeout=self.options.timeout)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        try:
            line.request("POST", parts.path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            line.close()


class Scorer(Writer):
    """A model that gives the log probabilities of a prompt as well."""

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,): the sum over the tokens that reach into the target.

        Raises
        ------
        EngineError
            As :meth:`generate`, and if the endpoint gives no logprobs of a prompt.
        """
        starts = [len(self._preface + text) for text in context]
        prompts = [self._preface + c + t for c, t in zip(context, target, strict=True)]
        body = {"max_tokens": 1, "temperature": 0, "echo": True, "logprobs": 1}
        out = np.zeros(len(prompts))
        done = 0
        for part in self._parts(prompts):
            for choice in self._ask("completions", body | {"prompt": part}):
                out[done] = _sum(choice, starts[done], len(prompts[done]))
                done += 1
        return out


def _sum(choice: dict[str, Any], start: int, end: int) -> float:
    told = choice.get("logprobs") or {}
    offsets, values = told.get("text_offset"), told.get("token_logprobs")
    if not offsets or not values or len(offsets) != len(values):
        raise EngineError("the endpoint gives no logprobs of the prompt (echo with logprobs); it can be asked to write "
                          "only; try --set likelihood=false")
    if offsets[0] > 0:
        raise EngineError("the endpoint gives logprobs of what it wrote, not of the prompt (no echo); try --set "
                          "likelihood=false")
    asked = [v for at, after, v in zip(offsets, [*offsets[1:], end + 1], values, strict=True)
             if after > start and at < end]
    if any(v is None for v in asked):
        raise EngineError("the endpoint gives no probability to the first token of a text; try a preface")
    return float(sum(asked))


def _at(choice: Any, *keys: str) -> Any:
    for key in keys:
        choice = choice.get(key) if isinstance(choice, dict) else None
    if choice is None:
        raise EngineError(f"the endpoint's answer has no {'.'.join(keys)}; is it OpenAI-compatible?")
    return choice


def _advice(status: int, path: str) -> str:
    if status in (401, 403):
        return "try another key with --set key_file=FILE"
    if status == 404:
        return "is the model's name right?" + (" A chat service needs --set chat=true --set likelihood=false"
                                                if path == "completions" else "")
    return "try --set likelihood=false if it gives no logprobs"


def _text(file: str | None) -> str:
    if file is None:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from None


def llm(url: str, model: str, **options: Any) -> Writer:
    """Any OpenAI-compatible endpoint.

    Parameters
    ----------
    url, model, **options : those of :class:`Options`.

    Raises
    ------
    InputError
        If the key or the preface cannot be read. Nothing is sent before the first question.
    """
    chosen = Options(url=url, model=model, **options)
    return Scorer(chosen) if chosen.likelihood else Writer(chosen)


ENGINES = (EngineSpec(make=llm, id="llm", domain=Domain.ARITHMETIC,
                      readouts=(Readout.LIKELIHOOD, Readout.GENERATION)),)
