"""The source files, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "kindergrad"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Path below ``src/kindergrad`` -> syntax tree."""
    found = {p.relative_to(SOURCE).as_posix(): ast.parse(p.read_text(encoding="utf-8"))
             for p in sorted(SOURCE.rglob("*.py"))}
    if len(found) < 50:
        raise RuntimeError(f"only {len(found)} source files below {SOURCE}: the tests look at the wrong place")
    return found


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """All functions of a file with their dotted name."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                yield prefix + child.name, child
            inner = f"{prefix}{child.name}." if isinstance(child, Function | ast.ClassDef) else prefix
            yield from walk(child, inner)

    yield from walk(tree, "")


def positional(function: Function) -> list[str]:
    """Parameters that may be given by place, without self and cls."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names and names[0] in ("self", "cls") else names


def parameters(function: Function) -> list[str]:
    """All named parameters, without self and cls."""
    return positional(function) + [a.arg for a in function.args.kwonlyargs]
