"""Files in a folder are found; a plug-in that fails says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from kindergrad.core import discover
from kindergrad.core.errors import PluginError


def test_built_in_files_are_found_in_order_without_private_ones() -> None:
    found = [module.__name__ for module in discover.built_in("kindergrad.worlds")]
    assert found == sorted(found) and "kindergrad.worlds.genome" in found
    assert not any(name.rsplit(".", 1)[1].startswith("_") for name in found)


@pytest.mark.parametrize(("body", "message"), [
    ("x = 1\ny = 1 / 0\n", "line 2, raised at import: ZeroDivisionError"),
    ("import nothing_of_this_name\n", "line 1, raised at import: ModuleNotFoundError"),
    ("def f(:\n", "raised at import: SyntaxError"),
])
def test_a_plugin_that_raises_names_file_and_line(tmp_path: Path, body: str, message: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(body)
    with pytest.raises(PluginError, match=message) as caught:
        discover.plugin(path)
    assert str(path) in str(caught.value)


def test_the_line_is_that_of_the_plugin_not_of_what_it_called(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import json\n\njson.loads('{')\n")
    with pytest.raises(PluginError, match=r"mine\.py, line 3, raised"):
        discover.plugin(path)


def test_a_missing_file_and_a_file_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="does not exist"):
        discover.plugin(tmp_path / "none.py")
    (tmp_path / "data.csv").write_text("a,b\n")
    with pytest.raises(PluginError, match=r"ends in \.py"):
        discover.plugin(tmp_path / "data.csv")


def test_a_good_plugin_is_a_module(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("ANSWER = 42\n")
    assert discover.plugin(path).ANSWER == 42
