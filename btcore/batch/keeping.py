"""What a batch keeps outside this process: a ledger and files of trades, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from btcore.batch.ledger import Ledger
from btcore.batch.records import read_trades
from btcore.batch.simulations import Simulation, Status
from btcore.batch.work import Failure, Job, Outcome
from btcore.errors import ParameterError
from btcore.rules import RULES_VERSION

__all__ = ["Keeper", "file_name"]


def file_name(name: str) -> str:
    """A name as that of a file."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "experiment"


class Keeper:
    """Keeps nothing: a batch without a store."""

    path: Path | None = None
    folder: Path | None = None  # for large things that other processes have to see

    @staticmethod
    def of(store: Any, name: str, simulations: Sequence[Simulation], trades: bool) -> Keeper:
        """The keeper that the arguments of a batch ask for; simulations that the store knows are completed at once."""
        if not isinstance(name, str) or not name:
            raise ParameterError(f"name is a text, got {name!r}")
        return Keeper() if store is None else _Store(Path(store), name, simulations, trades)

    def job(self, simulation: Simulation) -> Job:
        """The simulation as it travels."""
        return simulation.job()

    def begin(self, simulations: Sequence[Simulation]) -> None:
        """A worker has taken them."""

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        """They have come."""

    def ended(self, simulations: Sequence[Simulation]) -> None:
        """They have their results."""

    def cut_off(self, simulations: Sequence[Simulation]) -> None:
        """They were being run, and will not end."""

    def close(self) -> None:
        """Nothing more will come."""


class _Store(Keeper):
    """A ledger in a folder, and beside it a folder for the trades."""

    def __init__(self, folder: Path, name: str, simulations: Sequence[Simulation], trades: bool) -> None:
        import btcore

        self.folder = self._place = folder
        self.path = folder / f"{file_name(name)}.sqlite"
        self._trades = folder / f"{file_name(name)}-trades" if trades else None
        self._code = btcore.__version__
        facts = {"experiment": name, "code": self._code, "rules": str(RULES_VERSION)}
        self._ledger = Ledger.create(self.path, facts)
        self._keys = [self._key(simulation) for simulation in simulations]
        self._ledger.announce([self._row(s, key) for s, key in zip(simulations, self._keys, strict=True)])
        self._recall(simulations)

    def _key(self, simulation: Simulation) -> str:
        """Code version and content; a strategy that cannot be made fails its simulation."""
        try:
            return f"{self._code}:{simulation.content_hash}"
        except Exception as error:
            simulation.finish(Outcome(simulation.id, failure=Failure.of(error)))
            return f"{self._code}:none:{simulation.id}"

    def _row(self, s: Simulation, key: str) -> Any:
        parameters = json.dumps(s.parameters, default=repr)
        return s.id, key, s.name, s.instrument, parameters, s.conditions.start, s.conditions.end

    def _recall(self, simulations: Sequence[Simulation]) -> None:
        known = self._ledger.completed()
        for simulation, key in zip(simulations, self._keys, strict=True):
            outcome, file = known.get(key, (None, None))
            if outcome is None or simulation.status != Status.PENDING:
                continue
            if self._trades is not None and (file is None or not (self._place / file).is_file()):
                continue  # the statistics are there, the trades are not
            simulation.finish(replace(outcome, number=simulation.id))
            self._lend_trades(simulation, file)
        broken = [s for s in simulations if s.error is not None]
        if broken:
            self._ledger.note([(self._keys[s.id], Outcome(s.id, failure=s.error), None) for s in broken])

    def _lend_trades(self, simulation: Simulation, file: str | None) -> None:
        if file is not None and simulation.result is not None:
            simulation.result.trades_from(lambda: read_trades(self._place / file))

    def _file(self, number: int) -> str | None:
        if self._trades is None:
            return None
        return f"{self._trades.name}/{self._keys[number].rpartition(':')[2]}.parquet"

    def job(self, simulation: Simulation) -> Job:
        file = self._file(simulation.id)
        return replace(simulation.job(), trades_file=None if file is None else str((self._place / file).absolute()))

    def begin(self, simulations: Sequence[Simulation]) -> None:
        self._ledger.mark("running", [simulation.id for simulation in simulations])

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        noted = [(self._keys[o.number], o, None if o.failure else self._file(o.number)) for o in outcomes]
        self._ledger.note(noted)

    def ended(self, simulations: Sequence[Simulation]) -> None:
        for simulation in simulations:
            self._lend_trades(simulation, self._file(simulation.id))

    def cut_off(self, simulations: Sequence[Simulation]) -> None:
        self._ledger.mark("pending", [simulation.id for simulation in simulations])

    def close(self) -> None:
        self._ledger.close()
