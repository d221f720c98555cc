"""The named public sets: addresses with commits, digests that are digests, folders that are found."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from kindergrad.worlds import public


@pytest.mark.parametrize("one", public.SETS.values(), ids=lambda one: one.id)
def test_every_set_says_where_it_comes_from(one: public.PublicSet) -> None:
    assert one.what and one.source and one.cite and one.licence and one.files
    for file in one.files:
        assert not file.sha256 or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert not file.url or re.fullmatch(r"https://raw\.githubusercontent\.com/[\w./-]+", file.url)
        assert not file.url or re.search(r"/[0-9a-f]{40}/", file.url), "an address names the commit"
        assert not file.sha256 or file.url


def test_no_two_files_are_the_same_by_mistake() -> None:
    digests = [file.sha256 for one in public.SETS.values() for file in one.files if file.sha256]
    assert len(set(digests)) == len(digests) >= 14


def test_digests_are_those_of_the_files(shared_data: Path) -> None:
    for one in public.SETS.values():
        folder = public.inside(shared_data, one)
        assert folder is not None, one.id
        for file in one.files:
            place = public.path(folder, file.name)
            assert place is not None
            assert not file.sha256 or hashlib.sha256(place.read_bytes()).hexdigest() == file.sha256, file.name


def test_a_folder_counts_only_with_all_its_files(tmp_path: Path) -> None:
    one = public.PublicSet("toy", "a", "b", "c", "d", (public.File("x.csv", ""), public.File("y.csv", "")))
    for below in ("toy", "genomics/toy", "perturbation/toy"):
        folder = tmp_path / below.replace("/", "-") / below
        folder.mkdir(parents=True)
        root = tmp_path / below.replace("/", "-")
        (folder / "x.csv").write_text("1")
        assert public.inside(root, one) is None
        assert public.absent(folder, one) == ["y.csv"]
        (folder / "y.csv.gz").write_text("2")
        assert public.inside(root, one) == folder
        assert public.path(folder, "y.csv") == folder / "y.csv.gz"
    assert not one.fetchable
