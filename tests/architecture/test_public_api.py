"""The public names and their signatures, frozen. A change here is a change for every user: say so in CHANGELOG.md.

To accept one: ``KINDERGRAD_ACCEPT=1 pytest tests/architecture/test_public_api.py``, then read the difference.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
from pathlib import Path

from sources import ROOT, SOURCE

import kindergrad

GOLDEN = Path(__file__).with_name("public_api.txt")
MOST_NAMES = 20


def described(name: str) -> list[str]:
    """Name and signature of a function; name, fields and methods of a class."""
    found = getattr(kindergrad, name)
    if inspect.isfunction(found):
        text = re.sub(r"<function .*? at 0x[0-9a-f]+>", "...", f"{name}{inspect.signature(found)}")
        return [re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)]
    kept = getattr(found, "model_fields", {})
    fields = [f"    {field}: {kind}" for field, kind in inspect.get_annotations(found).items() if field in kept]
    own = [n for n, f in vars(found).items() if inspect.isfunction(f) or isinstance(f, classmethod | property)]
    return [f"class {name}", *fields, *(f"    .{n}" for n in sorted(own) if not n.startswith(("_", "model_")))]


def test_public_names_and_signatures() -> None:
    now = "\n".join(line for name in kindergrad.__all__ for line in described(name)) + "\n"
    if os.environ.get("KINDERGRAD_ACCEPT") == "1":
        GOLDEN.write_text(now, encoding="utf-8")
    assert now == GOLDEN.read_text(encoding="utf-8")


def test_few_names_in_order() -> None:
    assert len(kindergrad.__all__) <= MOST_NAMES
    assert sorted(kindergrad.__all__) == list(kindergrad.__all__)
    assert set(kindergrad.__all__) <= set(dir(kindergrad))


def test_types_agree_with_names() -> None:
    """Type checkers read the stub, Python reads the module."""
    stub = ast.parse((SOURCE / "__init__.pyi").read_text(encoding="utf-8"))
    typed = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            typed |= {a.asname: (node.module, a.name) for a in node.names}
    assert set(typed) == set(kindergrad.__all__)
    for name, (module, original) in typed.items():
        found = getattr(kindergrad, name)
        assert (found.__module__, found.__name__) == (module, original)


def test_a_wrong_name_is_an_attribute_error() -> None:
    assert not hasattr(kindergrad, "nonsense")


def test_public_functions_take_at_most_two_by_place() -> None:
    for name in kindergrad.__all__:
        found = getattr(kindergrad, name)
        if inspect.isfunction(found):
            kinds = [p.kind for p in inspect.signature(found).parameters.values()]
            assert kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD) <= 2, name


def test_version_is_told_once() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == kindergrad.__version__
