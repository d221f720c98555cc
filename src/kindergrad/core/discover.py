"""Find assessments, engines and worlds: built-in folders, entry points, and plug-in files.

A built-in file is found because it lies in the folder and defines the constant (``ASSESSMENT``, ``ENGINE``,
``WORLD``). Others offer theirs through the entry-point group ``kindergrad`` or with ``--plugins file.py``.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from kindergrad.core.errors import PluginError
from kindergrad.core.seeds import key

GROUP = "kindergrad"


def built_in(package: str) -> Iterator[ModuleType]:
    """All modules below a package, in order of name; private ones (``_x``) are left out."""
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
        if not found.ispkg and not found.name.rsplit(".", 1)[1].startswith("_"):
            yield importlib.import_module(found.name)


def entry_points() -> Iterator[ModuleType]:
    """Modules that installed packages offer in the group ``kindergrad``."""
    from importlib.metadata import entry_points as installed

    for point in installed(group=GROUP):
        try:
            offered = point.load()
        except Exception as error:
            raise PluginError(f"plug-in '{point.name}' ({point.value}) failed at import: "
                              f"{type(error).__name__}: {error}") from error
        if isinstance(offered, ModuleType):
            yield offered


def plugin(path: Path) -> ModuleType:
    """Import a plug-in file under a name of its own.

    Raises
    ------
    PluginError
        If the file is missing or raises at import; the message names the file and the line.
    """
    if not path.is_file():
        raise PluginError(f"plug-in file {path} does not exist")
    name = f"kindergrad_plugin_{path.stem}_{key(str(path.resolve())):x}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"plug-in {path} is not a Python file; expected a name that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that its source and docstrings can be found
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        line = _last_line(error, path)
        raise PluginError(f"plug-in {path}{line} raised at import: {type(error).__name__}: {error}") from error
    return module


def _last_line(error: BaseException, path: Path) -> str:
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f", line {trace.tb_lineno},"
        trace = trace.tb_next
    return line
