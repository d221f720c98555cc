"""The oracle: answers every item from the process that made it, and so gives the ceiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import EngineError
from kindergrad.core.items import Items
from kindergrad.core.names import Role


class Oracle:
    """Replays the ideal answers that the world computed with the items."""

    name = "oracle"
    family = "oracle"

    def ideal(self, items: Items) -> NDArray[np.float64]:
        """The ideal answers.

        Raises
        ------
        EngineError
            If the items come from a world without known truth.
        """
        if items.ideal is None:
            raise EngineError("these items have no known truth, so no oracle can sit the exam")
        return items.ideal


ENGINES = (EngineSpec(make=Oracle, id="oracle", role=Role.ORACLE),)
