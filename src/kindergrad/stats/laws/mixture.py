"""Two camps: every run has learnt the skill or has not, ``P(learnt | x) = 1 / (1 + exp(-2 ln 9 (x - m) / w))``.

Runs that have not learnt score lo, those that have hi; the odds move smoothly with scale, and so does the mean over
runs, which is the logistic law. What differs is the scatter of single runs: they stand at lo or at hi, never between.
"""

from __future__ import annotations

from dataclasses import replace

from kindergrad.stats.laws.logistic import LAW as LOGISTIC

LAW = replace(LOGISTIC, name="mixture", camps=True, weight=0.1, doi="10.48550/arXiv.2502.17356")
