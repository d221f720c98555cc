"""House rules that no linter knows, or that must not depend on a linter's settings."""

from __future__ import annotations

import ast
import re

import pytest
from sources import ROOT, SOURCE, modules

SLOW = {"scipy.stats", "pandas", "torch", "matplotlib", "sklearn", "pyarrow", "Bio", "anndata", "transformers"}
# layers that must give the same answer everywhere
PURE = ("core", "stats", "syllabus", "worlds", "assessments", "engines", "progress", "exposure")
IMPURE = re.compile(r"time\.(time|sleep|perf_counter)\(|datetime\.now|os\.environ|"
                    r"np\.random\.(seed|rand|normal|default_rng)\(|urlopen|http\.client\.HTTP\w*Connection|\bsocket\.|\brequests\.")
NETWORK = {"engines/llm.py": {"http.client.HTTPConnection", "http.client.HTTPSConnection", "time.sleep("}}
"""The one file below ``exams`` that may use the network: its engine lives behind an address that the user gives. It
waits before it asks again."""


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, tree in modules().items() if len(ast.get_docstring(tree) or "") < 10]
    assert silent == []


def test_absolute_imports() -> None:
    assert [name for name, tree in modules().items() for n in ast.walk(tree)
            if isinstance(n, ast.ImportFrom) and n.level] == []


def test_no_assert_for_validation() -> None:
    assert [f"{name}:{n.lineno}" for name, tree in modules().items() for n in ast.walk(tree)
            if isinstance(n, ast.Assert)] == []


def imported_at_the_top(tree: ast.Module) -> set[str]:
    """Dotted names, and the packages they stand in."""
    names = {alias.name for n in tree.body if isinstance(n, ast.Import) for alias in n.names}
    for n in tree.body:
        if isinstance(n, ast.ImportFrom):
            names |= {f"{n.module}.{a.name}" for a in n.names}
    return {".".join(name.split(".")[: i + 1]) for name in names for i in range(name.count(".") + 1)}


def test_slow_imports_are_not_at_the_top() -> None:
    assert imported_at_the_top(ast.parse("from scipy import stats")) & SLOW == {"scipy.stats"}
    assert imported_at_the_top(ast.parse("import matplotlib.pyplot as plt")) & SLOW == {"matplotlib"}
    found = {name: imported_at_the_top(tree) & SLOW for name, tree in modules().items()}
    assert {name: slow for name, slow in found.items() if slow} == {}


@pytest.mark.parametrize("layer", PURE)
def test_no_clock_no_network_no_global_random_state_below_exams(layer: str) -> None:
    found = {name: {hit.group() for hit in IMPURE.finditer((SOURCE / name).read_text(encoding="utf-8"))}
             for name in modules() if name.startswith(f"{layer}/")}
    allowed = {name: hits for name, hits in NETWORK.items() if name.startswith(f"{layer}/")}
    assert {name: hits for name, hits in found.items() if hits} == allowed, "no more than is allowed, and no less"


def test_every_lint_exemption_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = re.search(r"^ignore = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert ignored
    for line in ignored[1].strip().splitlines():
        assert "#" in line, f"ruff exemption without a reason: {line.strip()}"
    bare = [f"{name}:{number}" for name in modules()
            for number, line in enumerate((SOURCE / name).read_text(encoding="utf-8").splitlines(), start=1)
            if re.search(r"#\s*(noqa|type: ignore)\s*$", line)]
    assert bare == []


def test_type_information_is_shipped() -> None:
    assert (SOURCE / "py.typed").is_file()
