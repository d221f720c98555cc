"""Make the world that a study names."""

from __future__ import annotations

from typing import Any

from kindergrad.core.config import StudyConfig
from kindergrad.core.errors import StudyError


def world(study: StudyConfig) -> Any:
    """The synthetic genome, or the real one that the study names.

    Raises
    ------
    StudyError, SequenceError
        If the configuration contradicts itself or a file cannot be used.
    """
    config = study.world
    if config.genome is None:
        if config.annotation or config.decoy:
            raise StudyError("annotation and decoy need a genome; add 'genome: FILE' or --genome FILE")
        from kindergrad.worlds.genome import SyntheticGenome

        return SyntheticGenome(size=config.size, seed=study.seed)
    from kindergrad.worlds import annotated_genome

    return annotated_genome.load(config.genome, annotation=config.annotation, decoy=config.decoy)
