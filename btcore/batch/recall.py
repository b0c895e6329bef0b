"""An experiment from its ledger alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from btcore.ambiguity import Ambiguity
from btcore.batch.experiment import Experiment
from btcore.batch.ledger import Ledger
from btcore.batch.records import read_trades
from btcore.batch.simulations import Simulation, Status
from btcore.batch.work import Outcome
from btcore.errors import DataError
from btcore.results import Result, Trades

__all__ = ["recalled"]


def recalled(path: Path) -> Experiment:
    """See ``Experiment.open``."""
    file = _file(path)
    ledger = Ledger.open(file)
    try:
        facts, outcomes = ledger.facts(), ledger.outcomes()
        rows = ledger.simulations()
    finally:
        ledger.close()
    simulations = [_Recalled(file.parent, row, *outcomes.get(row[1], (None, None))) for row in rows]
    return Experiment(facts.get("experiment", file.stem), simulations, file)


def _file(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.sqlite"))
    if len(found) != 1:
        names = ", ".join(one.name for one in found) or "none"
        raise DataError(f"{path} holds {len(found)} ledgers ({names}): give the path of one")
    return found[0]


class _Recalled(Simulation):
    """A simulation whose candles and strategy are not here."""

    def __init__(self, folder: Path, row: tuple[Any, ...], outcome: Outcome | None, file: str | None) -> None:
        number, key, strategy, instrument, parameters, first, last, status = row
        self._name, self._instrument, self._key = strategy, instrument, key
        self.parameters = json.loads(parameters)
        self.window = (first, last)
        self.reset(number)
        self.status = Status(status)
        if outcome is None or self.status in (Status.PENDING, Status.RUNNING):
            return
        self.execution_time = outcome.seconds
        self.error = outcome.failure
        if outcome.failure is None:
            self.result = Result(
                trades=None, stats=outcome.stats, rejected=outcome.rejected, execution_time=outcome.seconds,
                rules_version=0, origin=_Absent(key, None if file is None else folder / file),
            )  # fmt: skip

    @property
    def strategy(self) -> Any:
        """Not in the ledger."""
        raise DataError("a ledger keeps no strategies; run the batch again with its store to have them")

    @property
    def instrument(self) -> str:
        return str(self._instrument)

    @property
    def content_hash(self) -> str:
        return str(self._key).rpartition(":")[2]


class _Absent:
    """The origin of a result that can only be read."""

    def __init__(self, key: str, file: Path | None) -> None:
        self._key, self._file = key, file

    def trades(self) -> Trades:
        if self._file is None:
            raise DataError("the trades were not kept: run_batch(..., store=..., trades=True) writes them")
        return read_trades(self._file)

    def equity(self) -> np.ndarray:
        raise DataError("a ledger keeps no equity; run the batch again with its store to have it worked out")

    def ambiguity(self) -> Ambiguity:
        raise DataError("a ledger keeps no strategies to run again; simulate it with candles for result.ambiguity()")

    def identity(self) -> str:
        raise DataError("a ledger keeps the hash of a result alone: Simulation.content_hash")
