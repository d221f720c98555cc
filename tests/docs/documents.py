"""The documentation as data: its files, code blocks and commands."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("[A-Z]*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples").iterdir())


Run = Callable[[list[str]], str]
"""Arguments in, stdout back; see conftest.py."""


def script(name: str) -> ModuleType:
    """A script of the docs folder, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(text: str, language: str) -> list[str]:
    """Fenced code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands() -> dict[str, str]:
    """Every call of kindergrad in a code block or in an example -> the file where it stands."""
    found: dict[str, str] = {}
    for path in DOCUMENTS:
        for block in blocks(path.read_text(encoding="utf-8"), "bash"):
            for line in block.splitlines():
                for part in re.split(r"&&|#", line):
                    if part.strip().startswith("kindergrad "):
                        found.setdefault(part.strip(), path.relative_to(ROOT).as_posix())
    for path in EXAMPLES:
        if path.suffix in (".py", ".yaml"):
            for line in re.findall(r"^[# ]*(kindergrad .+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
                found.setdefault(line.strip(), path.relative_to(ROOT).as_posix())
    return found


def words(command: str) -> list[str]:
    return shlex.split(command)[1:]
