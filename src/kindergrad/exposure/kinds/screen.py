"""What a screen itself names: ``{ kind = "screen", what = "contexts" }``, a row for each.

``contexts`` are cell types or lines; ``combinations`` are the pairs (or more) perturbed together; ``families`` are
genes whose symbols differ only in the number at their end (KLF1, KLF4: family KLF), with at least two members met.
``targets`` are the perturbed genes, shown together as one family of forms.
"""

from __future__ import annotations

from typing import Literal

from kindergrad.core.records import Contract


class Spec(Contract):
    what: Literal["contexts", "combinations", "families", "targets"]
