"""The tree of errors at the head of its file is the tree that exists."""

from __future__ import annotations

import inspect

import pytest

from kindergrad.core import errors
from kindergrad.core.errors import InputError, KindergradError, UnknownNameError

TREE = {
    "KindergradError": "Exception", "InputError": "KindergradError", "UnknownNameError": "InputError",
    "SequenceError": "InputError", "NothingToAskError": "InputError", "TableError": "InputError",
    "StudyError": "InputError",
    "PluginError": "KindergradError", "EngineError": "KindergradError", "StoreError": "KindergradError",
}


def test_tree() -> None:
    own = {name: made.__bases__[0].__name__ for name, made in vars(errors).items()
           if inspect.isclass(made) and issubclass(made, Exception)}
    assert own == TREE
    assert all(name in (errors.__doc__ or "") for name in TREE)


def test_input_errors_are_value_errors() -> None:
    assert issubclass(InputError, ValueError) and not issubclass(errors.EngineError, ValueError)


def test_unknown_name_names_the_nearest() -> None:
    error = UnknownNameError("engine", "markow", ["uniform", "markov", "kmer"])
    assert str(error) == "unknown engine 'markow'; did you mean 'markov'?"
    assert (error.name, error.nearest) == ("markow", "markov")
    assert UnknownNameError("engine", "x", []).nearest is None
    with pytest.raises(KindergradError, match="there is none at all"):
        raise UnknownNameError("engine", "x", [])
