"""All errors of kindergrad. Message form: what is wrong; got ...; expected ...; try ....

KindergradError
├── InputError            something the user gave is wrong (exit code 2)
│   ├── UnknownNameError  a name we do not have; carries the nearest one
│   ├── SequenceError     a sequence file or letter that cannot be used
│   ├── NothingToAskError a level of an exam for which a world has no items; the level is left out
│   ├── TableError        a long table that cannot be used
│   └── StudyError        a study.yaml that cannot be used
├── PluginError           a plug-in that cannot be imported or offers nothing (exit code 2)
├── EngineError           an engine that answered wrongly; the exam is recorded as failed
└── StoreError            records that cannot be written or read (exit code 2)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KindergradError(Exception):
    """Base of all errors that kindergrad raises on purpose."""


class InputError(KindergradError, ValueError):
    """Something the user gave is wrong."""


class UnknownNameError(InputError):
    """A name that is not in the catalogue; the message holds the nearest right name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        hint = f"did you mean '{near[0]}'?" if near else "there is none at all"
        super().__init__(f"unknown {kind} '{name}'; {hint}")
        self.name = name
        self.nearest = near[0] if near else None


class SequenceError(InputError):
    """A sequence file, or a letter in a sequence, that cannot be used."""


class NothingToAskError(InputError):
    """A level of an exam for which a world has no items."""


class TableError(InputError):
    """A long table that cannot be used."""


class StudyError(InputError):
    """A study configuration that cannot be used."""


class PluginError(KindergradError):
    """A plug-in that cannot be imported or that offers nothing."""


class EngineError(KindergradError):
    """An engine that raised, or that answered with the wrong shape or with non-finite numbers."""


class StoreError(KindergradError):
    """Records that cannot be written or read."""
