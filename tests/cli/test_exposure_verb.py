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


def test_a_page(call: Call, corpora: Path, tmp_path: Path) -> None:
    asked = ("exposure", corpora / "a.fa", "--skill", "genomics/exact-word", "--report")
    assert f"report: {tmp_path / 'p.html'}" in call(*asked, tmp_path / "p.html").out
    assert "TATAAT" in (tmp_path / "p.html").read_text(encoding="utf-8")
    answer = call(*asked, tmp_path / "p.html" / "q.html", "--json")
    assert answer.code == 2 and answer.err.count("kindergrad:") == 1 and "cannot write" in answer.err


def test_two_corpora(call: Call, corpora: Path) -> None:
    said = call("exposure", "--compare", corpora / "a.fa", corpora / "b.fa", "--json")
    found = json.loads(said.out)
    assert {"A", "B", "cannot tell"} >= {s["sooner"] for s in found["skills"]}
    assert call("exposure", "--compare", corpora / "a.fa", corpora / "b.fa").code == 0


def test_items_in_a_corpus(call: Call, finished: Path, corpora: Path) -> None:
    said = call("audit", finished, "--corpus", corpora / "a.fa", "--json", "--fail-if", "leak")
    assert said.code == 0 and json.loads(said.out)["verdict"] == "clean"
    assert "verdict: clean" in call("audit", finished, "--corpus", corpora / "a.fa").out


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three words of one frequency each, learnt after some three exposures, and a skill without frequency."""
    path = tmp_path_factory.mktemp("table") / "t.csv"
    lines = ["engine,skill,axis,scale,value,stderr,frequency"]
    for level, frequency in (("a", 1e-3), ("b", 3e-4), ("c", 1e-4)):
        for scale in (1e2, 1e3, 1e4, 1e5):
            value = 1 / (1 + (3 / (scale * frequency)) ** 2)
            lines.append(f"e,genomics/exact-word[{level}],bases,{scale},{value:.3f},0.03,{frequency}")
    lines += [f"e,genomics/next-base,bases,{scale},0.4,0.03," for scale in (1e3, 1e4)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_planned_corpus_and_the_exposures_needed(call: Call, table: Path, corpora: Path) -> None:
    after = {s["skill"]: s for s in json.loads(call("forecast", table, "--corpus", corpora / "a.fa", "--json").out)[
        "skills"]}
    said = json.loads(call("exposure", corpora / "a.fa", "--kappa", table, "--skill", "genomics/exact-word",
                           "--json").out)
    rate = said["skills"][0]["rate"]
    for level, frequency in (("a", 1e-3), ("c", 1e-4)):
        word = after[f"genomics/exact-word[{level}]"]
        assert word["frequency"] == pytest.approx(rate) and word["scale_now"] == pytest.approx(1e5 * frequency / rate)
    assert after["genomics/next-base"]["scale_now"] == 1e4 and after["genomics/next-base"]["frequency"] is None
    assert 1 < said["kappa"] < 10


@pytest.mark.parametrize(("arguments", "said"), [
    ([], "expected CORPUS, or --compare A B"),
    (["x.fa", "--compare", "a", "b"], "expected CORPUS, or --compare A B"),
    (["--compare", "a", "b", "--report", "p.html"], "a page shows one corpus"),
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
