"""The verbs exposure, audit --corpus and forecast --corpus, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_small import Call

from kindergrad.core.dna import decode
from kindergrad.core.seeds import stream


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    for name in ("a", "b"):
        text = decode(stream(0, "cli", name).integers(4, size=60_000).astype(np.uint8))
        (folder / f"{name}.fa").write_text(f">{name}\n{text}\n")
    return folder


def test_the_contract(call: Call, corpora: Path) -> None:
    said = call("exposure", corpora / "a.fa", "--syllabus", "genomics", "--json")
    assert said.code == 0
    found = json.loads(said.out)
    keys = {"concept", "skill", "occurrences", "distinct_contexts", "rate", "rate_low", "rate_high", "expected_at",
            "first_met_at"}
    assert len(found["rows"]) >= 30
    for row in found["rows"]:
        assert keys <= set(row)
        assert {"10x", "100x"} == set(row["expected_at"]) and {"median", "q05", "q95"} <= set(row["first_met_at"])
    assert {"words of 12 letters"} <= {f["family"] for f in found["families"]}


@pytest.mark.parametrize("wide", ["80", "160"])
def test_the_table(call: Call, corpora: Path, wide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", wide)
    said = call("exposure", corpora / "a.fa", "--skill", "genomics/exact-word", "--skill", "genomics/codon-table",
                "--kappa", "3")
    assert said.code == 0 and "TATAAT" in said.out and "not looked for: genomics/codon-table" in said.out
    assert max(map(len, said.out.splitlines())) <= int(wide)


def test_two_corpora(call: Call, corpora: Path) -> None:
    said = call("exposure", "--compare", corpora / "a.fa", corpora / "b.fa", "--json")
    found = json.loads(said.out)
    assert {"A", "B", "cannot tell"} >= {s["sooner"] for s in found["skills"]}
    assert call("exposure", "--compare", corpora / "a.fa", corpora / "b.fa").code == 0


def test_items_in_a_corpus(call: Call, finished: Path, corpora: Path) -> None:
    said = call("audit", finished, "--corpus", corpora / "a.fa", "--json", "--fail-if", "leak")
    assert said.code == 0 and json.loads(said.out)["verdict"] == "clean"
    assert "verdict: clean" in call("audit", finished, "--corpus", corpora / "a.fa").out


def test_a_planned_corpus(call: Call, finished: Path, corpora: Path) -> None:
    before = {s["skill"]: s for s in json.loads(call("forecast", finished, "--json").out)["skills"]}
    after = {s["skill"]: s for s in json.loads(call("forecast", finished, "--corpus", corpora / "a.fa", "--json").out)[
        "skills"]}
    rate = json.loads(call("exposure", corpora / "a.fa", "--json", "--skill", "genomics/exact-word").out)["skills"][0]
    word, old = after["genomics/exact-word"], before["genomics/exact-word"]
    assert word["frequency"] == pytest.approx(rate["rate"]) != old["frequency"]
    assert word["scale_now"] == pytest.approx(old["scale_now"] * old["frequency"] / rate["rate"])
    assert after["genomics/next-base"]["scale_now"] == before["genomics/next-base"]["scale_now"]


def test_kappa_of_a_run(call: Call, finished: Path, corpora: Path) -> None:
    said = call("exposure", corpora / "a.fa", "--kappa", finished, "--skill", "genomics/exact-word", "--json")
    assert said.code == 0 and 0.1 < json.loads(said.out)["kappa"] < 1e4


@pytest.mark.parametrize(("arguments", "said"), [
    ([], "expected CORPUS, or --compare A B"),
    (["x.fa", "--compare", "a", "b"], "expected CORPUS, or --compare A B"),
    (["x.fa"], "does not exist"),
    (["x.fa", "--syllabus", "genetics"], "did you mean 'genomics'"),
    (["x.fa", "--kappa", "many"], "not a number of exposures"),
    (["x.fa", "--kappa", "-1"], "must be positive"),
    (["x.fa", "--skill", "genomics/long-range-recall"], "no concept of"),
    (["x.fa", "--gene-sets", "g.gmt"], "another syllabus"),
])
def test_what_cannot_be_asked(call: Call, arguments: list[str], said: str) -> None:
    answer = call("exposure", *arguments)
    assert answer.code == 2 and said in answer.err and answer.out == "" and answer.err.count("kindergrad:") == 1


def test_audits_of_one_run_only(call: Call, corpora: Path) -> None:
    answer = call("audit", "a", "b", "--corpus", corpora / "a.fa")
    assert answer.code == 2 and "audits one run; got 2 paths" in answer.err
