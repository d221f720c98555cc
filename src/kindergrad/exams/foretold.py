"""Write down what is to come, early: forecasts of a study's own end, registered when a part of the corpus was read.

The exams of the first part are sat first; then a forecast of the largest scale goes into the ledger, curve by curve;
only then come the others. So a forecast stands there before its result, and the report can say how far it was off.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby

from kindergrad.core.names import Role
from kindergrad.core.table import Row, rows
from kindergrad.exams import run
from kindergrad.exams.store import LEDGER
from kindergrad.progress import ledger, registry

FEWEST = 4
"""Scales that a curve needs before anything is foretold of it."""


def early(exams: run.Planned, share: float) -> run.Planned:
    """The exams up to a share of each lane's largest scale."""
    return [(lane, [e for e in own if e.size <= share * lane.sizes[-1]], family) for lane, own, family in exams]


def write_down(ready: run.Prepared, exams: run.Planned) -> int:
    """Register a forecast of the largest scale for every engine that has results of the first part, and no later ones.

    Returns
    -------
    How many forecasts were written; 0 where they stand in the ledger already, or would come after their results.
    """
    study, store = ready.study, ready.store
    share = study.foretell or 0.0
    ahead = {lane.name: lane.sizes[-1] for lane, _, _ in exams if lane.role is Role.LEARNER}
    late = {lane.name for lane, own, _ in exams for e in own
            if e.size > share * lane.sizes[-1] and store.has(e.identity.record_id)}
    told = ledger.read(store.folder / LEDGER).entries
    known = {entry.body["data_hash"] for entry in told if entry.kind == "forecast"}
    written = 0
    for engine, found in groupby(sorted(_results(ready), key=lambda row: row.engine), lambda row: row.engine):
        mine = [row for row in found if row.scale <= share * ahead.get(engine, 0.0)]
        if engine in late or len({row.scale for row in mine}) < FEWEST or registry.results_hash(mine) in known:
            continue
        now = datetime.now(UTC).isoformat(timespec="seconds")
        written += len(registry.register(store.folder / LEDGER, mine, [ahead[engine]], time=now, seed=study.seed))
    return written


def _results(ready: run.Prepared) -> list[Row]:
    found = rows([record.row() for record in run.records(ready.store.folder)], where=str(ready.store.folder))
    return [row for row in found if row.role is Role.LEARNER and row.scored is not None]
