"""Enumerations: every word that appears in a record, a table or an answer, and no other."""

from __future__ import annotations

from enum import StrEnum


class Domain(StrEnum):
    GENOMICS = "genomics"
    PERTURBATION = "perturbation"
    ARITHMETIC = "arithmetic"


class Grade(StrEnum):
    """Grades, easiest first. ``Grade.order`` gives 0 for kindergarten and 5 for frontier."""

    KINDERGARTEN = "kindergarten"
    ELEMENTARY = "elementary"
    MIDDLE = "middle"
    HIGH = "high"
    COLLEGE = "college"
    FRONTIER = "frontier"

    @property
    def order(self) -> int:
        return list(Grade).index(self)


class Status(StrEnum):
    """What became of an exam. NaN never stands for any of these."""

    OK = "ok"
    FAILED = "failed"  # the engine raised or answered wrongly
    NOT_APPLICABLE = "not_applicable"  # the engine or the world cannot offer what the exam asks
    UNSCORED = "unscored"  # answered, but ceiling and floor cannot be told apart


class CeilingKind(StrEnum):
    EXACT = "exact"  # the oracle knows the process that made the items
    RELIABILITY = "reliability"  # sqrt(split-half reliability) of noisy truth
    REFERENCE = "reference"  # the best reference engine that we know
    NOMINAL = "nominal"  # the end of the metric's scale; nobody may be able to reach it


class Readout(StrEnum):
    """Through which ask a skill was read. Readouts are never mixed in one curve."""

    LIKELIHOOD = "likelihood"
    PSEUDO_LIKELIHOOD = "pseudo-likelihood"  # of a masked engine: each letter given all others
    PROBE = "probe"  # a linear probe on frozen embeddings
    FIT = "fit"
    GENERATION = "generation"
    RESPONSE = "response"
    CELLS = "cells"
    EDGES = "edges"
    CHOICE = "choice"
    ANSWER = "answer"


class Role(StrEnum):
    """What an engine is there for."""

    LEARNER = "learner"
    CONTROL = "control"  # a learner given a corpus without the skill
    UNTRAINED = "untrained"  # the same architecture before it read anything
    BLIND = "blind"  # gives the floor
    REFERENCE = "reference"  # shown beside the learner: simple engines that were fitted
    ORACLE = "oracle"  # gives the ceiling


class Axis(StrEnum):
    """What is scaled, named by its unit."""

    TOKENS = "tokens"
    CHARACTERS = "characters"
    BASES = "bases"
    EXAMPLES = "examples"
    PERTURBATIONS = "perturbations"
    CELLS = "cells"
    PARAMETERS = "parameters"
    FLOP = "flop"
    STEP = "step"


class ExpressionScale(StrEnum):
    """What a table of expression holds."""

    COUNTS = "counts"
    LOG1P = "log1p"  # of counts per 10,000


class Direction(StrEnum):
    """Whether a larger value of the metric is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    """What may be said of a curve. A verdict needs probability 0.9, else it is CANNOT_TELL."""

    CONTINUOUS = "continuous"
    ABRUPT = "abrupt"  # 10 to 90 % of the rise within 0.3 decades
    PEAKED = "peaked"
    FLAT = "flat"
    NOT_MET = "not met yet"
    CANNOT_TELL = "cannot tell yet"


class ThresholdKind(StrEnum):
    T0 = "T0"  # the concept was not met yet
    T1 = "T1"  # the metric makes the jump
    T2 = "T2"  # a kink in the latent skill
    T3 = "T3"  # a mixture over seeds
    NONE = "none"


class DirectionVerdict(StrEnum):
    MOVING = "moving"
    STALLED = "stalled"
    CANNOT_TELL = "cannot tell yet"


ABRUPT_WIDTH = 0.3
"""Decades. A rise from 10 to 90 % within this width is called abrupt."""

VERDICT_PROBABILITY = 0.9
"""A verdict is given only above this probability."""
