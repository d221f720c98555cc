"""What the labels of a screen show: ``{ kind = "screen", what = "contexts" }``.

``perturbations`` are all of them; ``measured`` those whose targets are among the measured genes; ``crosses`` pairs of
genes each of which was perturbed alone as well, in the same context. The others name their concepts themselves, a row
for each: ``contexts`` are cell types or lines, ``donors`` people; ``pairs`` are two genes perturbed together, ``more``
three and more; ``families`` are genes whose symbols differ only in the number at their end (KLF1, KLF4: family KLF),
with at least two members met. ``targets`` are the perturbed genes, shown together as one family of forms.
"""

from __future__ import annotations

from typing import Literal

from kindergrad.core.records import Contract


class Spec(Contract):
    what: Literal["perturbations", "measured", "contexts", "donors", "pairs", "more", "crosses", "families", "targets"]
