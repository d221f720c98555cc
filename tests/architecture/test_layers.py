"""The import contracts hold, and each of them can break: a violation is planted for every one."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import ROOT, SOURCE

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in CONFIG["contracts"]}
LAYERS = [[name.strip() for name in line.split("|")] for line in CONTRACTS["Data flows one way"]["layers"]]
THERE = [[name for name in line if not name.startswith("(")] for line in LAYERS]
"""Layers that exist, highest first."""

LINT = ("from importlinter.cli import lint_imports\n"
        "raise SystemExit(lint_imports(config_filename='pyproject.toml', no_cache=True))")


class House:
    """A copy of the package in which a violation can be planted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "src" / "kindergrad"
        shutil.copytree(SOURCE, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)

    def lint(self) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"PYTHONPATH": str(self.folder / "src"), "COLUMNS": "200"}
        return subprocess.run([sys.executable, "-c", LINT], cwd=self.folder, env=env, capture_output=True, text=True,
                              check=False, timeout=120)

    def with_file(self, name: str, text: str) -> subprocess.CompletedProcess[str]:
        """What the contracts say with one more file."""
        planted = self.package / name
        new = [p for p in planted.parents if not p.exists()]
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.write_text(text, encoding="utf-8")
        try:
            return self.lint()
        finally:
            shutil.rmtree(new[-1]) if new else planted.unlink()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield House(tmp_path_factory.mktemp("house"))


def test_contracts_hold(house: House) -> None:
    found = house.lint()
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in found.stdout


def test_layers_in_brackets_do_not_exist() -> None:
    """Brackets are for rooms that are still to be built: around one that exists, a typing error would pass."""
    for name in itertools.chain.from_iterable(LAYERS):
        built = (SOURCE / name.strip("()")).is_dir() or (SOURCE / f"{name.strip('()')}.py").is_file()
        assert built != name.startswith("("), f"layer '{name}': take the brackets away once it exists"


def test_every_room_is_a_layer(house: House) -> None:
    found = house.with_file("novel/__init__.py", '"""A room without a layer."""\n')
    assert found.returncode != 0
    assert "novel" in found.stdout


UPWARD = [(low, high) for lower, upper in itertools.pairwise(reversed(THERE)) for low in lower for high in upper]
SIDEWAYS = [pair for line in THERE for pair in itertools.permutations(line, 2)]


def test_all_layers_are_tried() -> None:
    assert len(UPWARD) >= 12
    assert len(SIDEWAYS) >= 8


@pytest.mark.parametrize(("low", "high"), [*UPWARD, *SIDEWAYS], ids=lambda name: name)
def test_no_import_upward_or_sideways(house: House, low: str, high: str) -> None:
    found = house.with_file(f"{low}/planted.py", f"import kindergrad.{high}\n")
    assert found.returncode == 1
    assert "Data flows one way BROKEN" in found.stdout
    assert f"kindergrad.{low}.planted -> kindergrad.{high}" in found.stdout


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("Data flows one way", "core/planted.py", "def late():\n    import kindergrad.exams.run"),
        ("Progress knows no biology", "progress/planted.py", "import kindergrad.syllabus.skills"),
        ("An assessment never imports another", "assessments/genomics/kindergarten/planted.py",
         "import kindergrad.assessments.genomics.elementary.start_codon"),
        ("Heavy libraries stay in the adapters that need them", "core/planted.py", "import pandas"),
        ("Heavy libraries stay in the adapters that need them", "progress/planted.py", "import matplotlib.pyplot"),
        ("Statistics are arrays: NumPy and SciPy only", "stats/planted.py", "import pydantic"),
    ],
)
def test_contracts_can_break(house: House, contract: str, file: str, line: str) -> None:
    found = house.with_file(file, f"{line}\n")
    assert found.returncode == 1, found.stdout + found.stderr
    assert f"{contract} BROKEN" in found.stdout


def test_every_contract_is_broken_once() -> None:
    marks = [mark for mark in test_contracts_can_break.pytestmark if mark.name == "parametrize"]
    assert {case[0] for case in marks[0].args[1]} == set(CONTRACTS)
