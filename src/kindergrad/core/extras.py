"""Optional libraries: what an engine may need beyond the main install, and how to say that it is missing."""

from __future__ import annotations

import importlib.util

from kindergrad.core.errors import InputError

EXTRAS = {"genes": "pyrodigal", "data": "openpyxl", "cells": "cell_eval", "fold": "RNA", "torch": "torch",
          "hf": "transformers"}
"""Extra of the package -> the module that it brings."""


def installed(extra: str) -> bool:
    """Whether the library of an extra is there; nothing is imported."""
    return importlib.util.find_spec(EXTRAS[extra]) is not None


def require(extra: str, what: str) -> None:
    """Refuse ``what`` where its library is missing.

    Raises
    ------
    InputError
        Naming the extra to install.
    """
    if not installed(extra):
        raise InputError(f"{what} needs {EXTRAS[extra]}, which is not installed; try pip install 'kindergrad[{extra}]'")
