"""Bases of real genes: which strand their texts are on is told by the texts, and only one level can be asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import InputError, NothingToAskError
from kindergrad.core.seeds import item_streams
from kindergrad.worlds import _measured, exon_classifier
from kindergrad.worlds._measured import Table

STOPS = ("TAA", "TAG", "TGA")
HEAD = "organism\tgene_name\tlabel\tforward_seq\treverse_seq\n"


@cache
def table(data: Path) -> Table:
    return exon_classifier.read(data / "genomics" / "exon_classifier")


def open_frame(text: str, at: int) -> int:
    """Letters of the longest stretch of codons without a stop that holds a letter."""
    best = 0
    for first in range(at - 2, at + 1):
        if text[first : first + 3] in STOPS:
            continue
        start = next((i + 3 for i in range(first - 3, -1, -3) if text[i : i + 3] in STOPS), first % 3)
        end = next((i for i in range(first, len(text) - 2, 3) if text[i : i + 3] in STOPS), len(text))
        best = max(best, end - start)
    return best


def test_texts_are_on_the_strand_of_the_gene(shared_data: Path) -> None:
    """Through bases of exons the open frame is longer on the strand that is served, for genes on either strand."""
    found = table(shared_data)
    strand = _measured.csv(shared_data / "genomics" / "exon_classifier", exon_classifier.FILE, delimiter="\t")["strand"]
    middle = len(found.asked["target"][0]) // 2
    lengths = np.array([(open_frame(text, middle), open_frame(reverse_complement(text), middle))
                        for text in found.asked["target"].tolist()])
    longer = np.sign(lengths[:, 0] - lengths[:, 1])
    exon = found.truth["exon"]
    told = {s: ((longer > 0) & exon & (strand == s), (longer < 0) & exon & (strand == s)) for s in "+-"}
    assert {s: (int(a.sum()), int(b.sum())) for s, (a, b) in told.items()} == {"+": (18, 7), "-": (27, 8)}
    other = longer[~exon]
    assert abs(int((other > 0).sum()) - int((other < 0).sum())) < 3 * np.sqrt(len(other)), "elsewhere no strand is open"


def test_bases_are_half_in_exons_and_species_do_not_train_and_score(shared_data: Path) -> None:
    found = table(shared_data)
    assert (len(found.train), int(found.truth["exon"].sum())) == (122, 61)
    assert {len(text) for text in found.asked["target"].tolist()} == {2 * 8192 - 1}
    assert len(set(found.truth["cluster"].tolist())) == 122
    train, scored = (set(found.truth["group"][found.train == flag].tolist()) for flag in (True, False))
    assert train == set(exon_classifier.TRAIN) and len(scored) == 4 and not train & scored


def test_one_base_of_an_exon_stands_beside_others_of_its_species(shared_data: Path) -> None:
    made: Any = exon_classifier.make(0, shared_data / "genomics" / "exon_classifier")
    part = made.table("bases")
    offered = made.bases(item_streams(40, 0, "bases"), "anywhere", (90, 91), 3)
    middle = len(part.asked["target"][0]) // 2
    windows = [text[middle - 90 : middle + 91] for text in part.asked["target"].tolist()]
    assert offered.texts.shape == (40, 4) and offered.ideal is None
    for row, gene in zip(offered.texts.tolist(), offered.clusters.tolist(), strict=True):
        at = [windows.index(text) for text in row]
        assert part.truth["exon"][at].tolist() == [True, False, False, False]
        assert len(set(at)) == 4 and len(set(part.truth["group"][at].tolist())) == 1
        assert part.truth["cluster"][at[0]] == gene
    with pytest.raises(NothingToAskError, match="does not tell what bases outside exons are; got level near-an-edge"):
        made.bases(item_streams(1, 0, "bases"), "near-an-edge", (90, 91), 3)


@pytest.mark.parametrize(("text", "message"), [
    ("organism\tlabel\nx\t1.0\n", "lacks the columns gene_name, forward_seq, reverse_seq"),
    (HEAD + "x\tg\t1.0\tacgta\ttgcat\nx\tg\t1.0\tacgta\ttgcaa\n", "row 2: the texts of the two strands do not end"),
    (HEAD + "x\tg\t1.0\tacgta\tgcat\n", "row 1: the texts of the two strands do not end"),
])
def test_other_tables_are_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / exon_classifier.FILE).write_text(text)
    with pytest.raises(InputError, match=message):
        exon_classifier.make(0, tmp_path)
