"""The adapter of OpenAI-compatible endpoints, against small servers on the loopback."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.asks import Generate, LogLikelihood, Trained
from kindergrad.core.errors import EngineError, InputError, StudyError
from kindergrad.core.names import Axis, Domain
from kindergrad.engines.llm import llm
from kindergrad.exams import defaults

Answer = tuple[int, Any]
Serve = Callable[[Callable[[str, dict[str, Any]], Answer]], str]
FAST = {"parameters": "7G", "pause": 0.0, "retries": 2, "timeout": 5.0}


class Recorder(list[dict[str, Any]]):
    """What a server was asked."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(answer)`` starts a server that answers with a status and JSON (or text), and gives its address."""
    servers = []

    def start(answer: Callable[[str, dict[str, Any]], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, told = answer(self.path, body | {"_key": self.headers.get("Authorization")})
                raw = (told if isinstance(told, str) else json.dumps(told)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def digits(path: str, body: dict[str, Any]) -> Answer:
    """A model of two-character tokens: a token that holds a 7 is as probable as 1/2, any other 1/100; it writes 7s."""
    assert path == "/v1/completions" and body["model"] == "tiny"
    choices = []
    for i, prompt in enumerate(body["prompt"]):
        if not body.get("echo"):
            choices.append({"index": i, "text": " " + "7" * body["max_tokens"]})
            continue
        tokens = [prompt[at : at + 2] for at in range(0, len(prompt), 2)] + ["!"]
        choices.append({"index": i, "logprobs": {
            "tokens": tokens, "text_offset": [2 * at for at in range(len(tokens) - 1)] + [len(prompt)],
            "token_logprobs": [None] + [math.log(0.5 if "7" in t else 0.01) for t in tokens[1:]]}})
    return 200, {"choices": list(reversed(choices))}


def test_likelihoods_are_those_of_the_tokens_that_reach_into_the_answer(serve: Serve) -> None:
    engine = llm(serve(digits), "tiny", batch=2, **FAST)
    found = engine.log_likelihood(["3+4 = ", "3+4 = ", "3+4 ="], ["7.", "8.", " 7"])
    half, rare = math.log(0.5), math.log(0.01)
    assert found == pytest.approx([half, rare, rare + half])  # the last one begins inside the token "= "


def test_it_writes_and_cuts(serve: Serve) -> None:
    engine = llm(serve(digits), "tiny", **FAST)
    assert engine.generate(["3+4 = ", "1+6 ="], 3, 0) == ["777", "777"]
    assert isinstance(engine, LogLikelihood) and isinstance(engine, Generate) and isinstance(engine, Trained)


def test_a_preface_and_a_key_are_sent(serve: Serve, tmp_path: Path) -> None:
    asked = Recorder()

    def answer(path: str, body: dict[str, Any]) -> Answer:
        asked.append(body)
        return digits(path, body)

    (tmp_path / "page.txt").write_text("1+1 = 2. ")
    (tmp_path / "key").write_text("secret\n")
    engine = llm(serve(answer), "tiny", key_file=str(tmp_path / "key"), preface=str(tmp_path / "page.txt"), **FAST)
    engine.log_likelihood(["3+4 = "], ["7"])
    assert asked[0]["prompt"] == ["1+1 = 2. 3+4 = 7"] and asked[0]["_key"] == "Bearer secret"
    with pytest.raises(InputError, match=r"cannot read .*nowhere: No such file"):
        llm("http://localhost/v1", "tiny", key_file=str(tmp_path / "nowhere"), **FAST)


def test_a_chat_service_writes_only(serve: Serve) -> None:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        assert path == "/v1/chat/completions" and body["messages"][0]["content"].endswith("3+4 =")
        return 200, {"choices": [{"index": 0, "message": {"content": "7 of course"}}]}

    engine = llm(serve(answer), "tiny", chat=True, likelihood=False, **FAST)
    assert engine.generate(["3+4 = "], 1, 0) == ["7"]
    assert not isinstance(engine, LogLikelihood)


def test_busy_servers_are_asked_again(serve: Serve) -> None:
    asked = Recorder()

    def answer(path: str, body: dict[str, Any]) -> Answer:
        asked.append(body)
        return (429, "slow down") if len(asked) < 3 else digits(path, body)

    assert llm(serve(answer), "tiny", **FAST).generate(["3+4 = "], 1, 0) == ["7"] and len(asked) == 3


def test_an_endpoint_that_is_down_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = llm("http://127.0.0.1:9/v1", "tiny", **FAST)
    line = r"127\.0\.0\.1:9/v1/completions does not answer after 3 attempts: .*refused.*; is the server running"
    with pytest.raises(EngineError, match=line) as caught:
        engine.generate(["3+4 = "], 1, 0)
    assert "\n" not in str(caught.value)
    monkeypatch.setattr(engine, "_once", lambda where, body: pytest.fail("asked again"))
    with pytest.raises(EngineError, match="does not answer"):
        engine.log_likelihood(["3+4 = "], ["7"])


@pytest.mark.parametrize(("status", "told", "message"), [
    (500, "boom", "does not answer after 3 attempts: 500 boom"),
    (401, "bad key", "refuses: 401 bad key; try another key"),
    (404, "no such model", "is the model's name right"),
    (400, "logprobs\nnot supported", "refuses: 400 logprobs not supported; try --set likelihood=false"),
    (200, "<html>hello</html>", "gives no choices; got '<html>"),
    (200, {"choices": []}, "gives 0 choices for 1 prompts"),
    (200, {"choices": [{"index": 0, "text": "7"}]}, "gives no logprobs of the prompt"),
    (200, {"choices": [{"index": 0, "logprobs": {"text_offset": [7], "token_logprobs": [-1.0]}}]}, "of what it wrote"),
    (200, {"choices": [{"index": 0, "logprobs": {"text_offset": [0], "token_logprobs": [None]}}]}, "first token"),
])
def test_every_refusal_has_its_line(serve: Serve, status: int, told: Any, message: str) -> None:
    engine = llm(serve(lambda path, body: (status, told)), "tiny", **FAST)
    with pytest.raises(EngineError, match=message) as caught:
        engine.log_likelihood(["3+4 = "], ["7"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("settings", "message"), [
    ({"url": "localhost:8000"}, "url must begin with http"),
    ({"parameters": None}, "how large is the model"),
    ({"batch": 0}, "batch must be at least 1"),
    ({"colour": 1}, "colour"),
])
def test_settings_are_checked_before_anything_is_sent(settings: dict[str, Any], message: str) -> None:
    given = {"url": "http://localhost:1/v1", "model": "tiny", "parameters": "7G"} | settings
    with pytest.raises((ValueError, TypeError), match=message):
        llm(**given)


def test_where_it_stands() -> None:
    engine = llm("http://localhost:1/v1", "tiny", tokens="300G", parameters="7G")
    (point,) = engine.points()
    assert [(s.axis, s.value) for s in point] == [(Axis.TOKENS, 3e11), (Axis.PARAMETERS, 7e9)]
    other = llm("http://localhost:1/v1", "small", tokens="300G")
    assert engine.digest(0) != other.digest(0)


def test_a_study_of_an_endpoint(serve: Serve, tmp_path: Path) -> None:
    """From the command line to records: scored by both readouts, at the size that was given."""
    from kindergrad.exams import run

    study = defaults.study(quick=True, domain=Domain.ARITHMETIC).model_copy(
        update={"assessments": ("arithmetic/one-digit-addition",), "foretell": None})
    study = defaults.with_engine(study, "llm", [f"url={serve(digits)}", "model=tiny", "parameters=7G", "pause=0"])
    run.run(study, tmp_path / "out")
    found = {r.identity.readout.value: r for r in run.records(tmp_path / "out") if r.identity.engine == "llm"}
    assert set(found) == {"likelihood", "generation"}
    assert found["generation"].twin_value == pytest.approx(1 / 8, abs=0.13)  # it always writes 7
    assert {r.main_scale.value for r in found.values()} == {7e9}
    with pytest.raises(StudyError, match="how large is the model"):
        defaults.with_engine(study, "llm", ["url=http://localhost:1", "model=tiny"])
    assert np.isfinite([r.value for r in found.values() if r.value is not None]).all()
