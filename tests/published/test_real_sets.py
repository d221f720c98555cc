"""Published figures of the real sets, reproduced with the readers and references that the exams use.

Sources: MPSA, Wong et al. 2018 and Tareen et al. 2022; BRCA1, Findlay et al. 2018; saturation mutagenesis, Kircher et
al. 2019; UCI junctions, Noordewier et al. 1991; DREAM promoters, Rafi et al. 2025; gene completion, Brixi et al. 2025.
The figures for simple models on these sets were computed before the exams were written, by other code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from kindergrad.engines.kmer import KmerProbe
from kindergrad.engines.position import PositionProbe
from kindergrad.worlds import brca1_sge, dream_yeast, mpra_satmut, mpsa, splice_uci
from kindergrad.worlds._measured import csv


@pytest.fixture(scope="module")
def genomics(shared_data: Path) -> Path:
    return shared_data / "genomics"


def test_splice_site_activity(genomics: Path) -> None:
    """Additive r = .436, all pairs .692 on the test rows of the source; replicates .795."""
    first, second = (csv(genomics / "mavenn", f"{n}.csv") for n in ("mpsa_data", "mpsa_replicate_data"))
    again = dict(zip(second["x"], second["y"], strict=True))
    both = [(y, again[x]) for x, y in zip(first["x"], first["y"], strict=True) if x in again]
    assert len(both) == 29_593
    assert np.corrcoef(np.array(both).T)[0, 1] == pytest.approx(0.795, abs=0.001)
    table = mpsa.make(0, genomics / "mavenn").tables["sites"]["all"]
    text, value, train = table.asked["target"], table.truth["value"], table.train
    for order, published in ((1, 0.436), (2, 0.692)):
        probe = PositionProbe(order=order)
        probe.fit(text[train].tolist(), value[train])
        assert np.corrcoef(probe.decide(text[~train].tolist()), value[~train])[0, 1] == pytest.approx(
            published, abs=0.01)


def test_brca1(genomics: Path) -> None:
    """Consequence class alone AUROC .770, phyloP .781, CADD .804; within missense .724 and .738; replicates r =
    .806.
    """
    found = brca1_sge.read(genomics / "brca1_sge")
    assert len(found) == 3893
    harmful = np.array([v.call == "LOF" for v in found])
    classes = np.array([v.consequence for v in found])
    rate = {name: harmful[classes == name].mean() for name in set(classes.tolist())}
    scores = {"class": np.array([rate[name] for name in classes.tolist()]),
              "phyloP": np.array([v.phylop for v in found], dtype=float),
              "CADD": np.array([v.cadd for v in found], dtype=float)}
    for name, published in (("class", 0.770), ("phyloP", 0.781), ("CADD", 0.804)):
        assert roc_auc_score(harmful, scores[name]) == pytest.approx(published, abs=0.001), name
    missense = classes == "Missense"
    for name, published in (("phyloP", 0.724), ("CADD", 0.738)):
        assert roc_auc_score(harmful[missense], scores[name][missense]) == pytest.approx(published, abs=0.001), name
    assert rate["Nonsense"] == pytest.approx(0.986, abs=0.001)
    assert rate["Synonymous"] == pytest.approx(0.013, abs=0.001)
    assert np.corrcoef([v.first for v in found], [v.second for v in found])[0, 1] == pytest.approx(0.806, abs=0.001)


def test_saturation_mutagenesis_replicates(genomics: Path) -> None:
    """r between experiments, deletions left out: LDLR .97, SORT1 .95, PKLR .86, ZRS .77; TERT in two cell types .75."""
    table = mpra_satmut.make(0, genomics / "mpra_satmut").tables["changes"]["all"]
    for element, published, tolerance in (("LDLR", 0.973, 0.01), ("SORT1", 0.962, 0.015), ("PKLR-24h", 0.882, 0.03),
                                          ("ZRSh-13", 0.775, 0.005)):
        rows = table.truth["group"] == element
        found = np.corrcoef(table.truth["value"][rows], table.truth["replicate"][rows])[0, 1]
        assert found == pytest.approx(published, abs=tolerance), element


def test_uci_junctions(genomics: Path) -> None:
    """3,186 windows, 185 repeats, one contradiction; three classes by place .941, by words of four letters .673."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    label, text = splice_uci.read(genomics / "splice_uci")
    assert (len(text), len(text) - len(set(text.tolist()))) == (3186, 185)
    label, text = splice_uci.distinct(label, text)
    assert len(text) == 3000
    hot = np.array([[c == letter for c in t for letter in "ACGT"] for t in text.tolist()], dtype=float)
    words = CountVectorizer(analyzer="char", ngram_range=(4, 4), lowercase=False).fit_transform(text.tolist())
    for columns, published, tolerance in ((hot, 0.941, 0.01), (words, 0.673, 0.02)):
        head = LogisticRegression(max_iter=300)
        assert cross_val_score(head, columns, label, cv=3).mean() == pytest.approx(published, abs=tolerance)


def test_promoters_far_from_random_ones(genomics: Path) -> None:
    """Words of five letters, fitted on random promoters: r = .76 random, .41 hard, .21 strong, .00 weak."""
    levels = dream_yeast.make(0, genomics / "dream_yeast").tables["designs"]
    random = levels["random"]
    probe = KmerProbe(k=5, strength=0.03)
    probe.fit([t for t, flag in zip(random.asked["target"].tolist(), random.train, strict=True) if flag],
              random.truth["value"][random.train])
    for level, published, tolerance in (("random", 0.76, 0.02), ("hard", 0.41, 0.06), ("strong", 0.21, 0.1),
                                        ("weak", 0.0, 0.1)):
        scored = ~levels[level].train
        told = probe.decide(levels[level].asked["target"][scored].tolist())
        assert np.corrcoef(told, levels[level].truth["value"][scored])[0, 1] == pytest.approx(published, abs=tolerance)


def test_gene_completion(genomics: Path) -> None:
    """55.2, 71.2, 83.3 and 86.2 % of amino acids for 1, 7, 20 and 40 billion parameters."""
    from kindergrad.exchange import published

    rows = published.table("evo2_gene_completion", genomics / "evo2_gene_completion")
    whole = {r.scale: r.value for r in rows if r.skill == "genomics/finish-the-gene"}
    assert whole == pytest.approx({1e9: 0.552, 7e9: 0.712, 2e10: 0.833, 4e10: 0.862}, abs=0.001)
    assert all(r.stderr is not None and 0 < r.stderr < 0.02 for r in rows)
