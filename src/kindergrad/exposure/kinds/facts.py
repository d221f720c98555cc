"""Facts of a text: ``{ kind = "facts", pattern = '\\d \\+ \\d', forms = 100 }``; each different match is a form."""

from __future__ import annotations

from kindergrad.exposure.kinds import phrase


class Spec(phrase.Spec):
    forms: int | None = None
    """How many there are, where that is known."""
