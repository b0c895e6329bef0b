"""One simulation of a batch: what it is, how it stands, what came of it."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from btcore.batch.work import Build, Failure, Job, Outcome
from btcore.candles import Candles
from btcore.costs import Costs
from btcore.plan import Conditions, Plan
from btcore.results import Result, Trades, hash_of
from btcore.rules import RULES_VERSION, Rules
from btcore.simulation import Origin, checked_conditions

__all__ = ["Simulation", "Status"]


class Status(StrEnum):
    """How a simulation of a batch stands; members are texts.

    >>> Status.FAILED == "failed"
    True
    """

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Simulation:
    """One simulation to be run in a batch.

    Parameters
    ----------
    strategy : Strategy, or sequence of Order and Exit
    candles : Candles
    parameters : mapping of str to value, optional
        What the strategy was made of: columns of the experiment's table.
    costs, size, cash, rules, start, end :
        As in ``simulate``.
    name : str, optional
        Of the strategy, in tables; None: the strategy's own name, else that of its class.

    Attributes
    ----------
    id : int
        Place in its batch, from 0; -1 before it is in one.
    status : Status
        ``pending``, ``running``, ``completed`` or ``failed``.
    start_time, end_time : datetime, optional
        When a worker took it, and when its outcome was there (UTC).
    execution_time : float
        Seconds: its share of the time that its chunk took, by the candles that needed a step. NaN before.
    result : Result, optional
        Of a completed simulation. Trades that the batch did not keep are worked out when they are asked for.
    error : Failure, optional
        Kind, message and traceback of a failed one, as text.

    Raises
    ------
    ParameterError
        If an argument has no meaning. An error in the strategy itself fails the simulation when it is run.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(2_000)
    >>> simulation = bt.Simulation(bt.Strategy(bt.close > bt.open, max_bars=5), candles, parameters={"hold": 5})
    >>> bt.run_batch([simulation], executor="serial", progress=False).status
    {'completed': 1}
    >>> simulation.status, simulation.result.stats["trades"] > 100
    (<Status.COMPLETED: 'completed'>, True)
    """

    def __init__(
        self,
        strategy: Any,
        candles: Candles,
        *,
        parameters: Mapping[str, Any] | None = None,
        costs: Costs | None = None,
        size: Any = None,
        cash: float = 10_000.0,
        rules: Rules | None = None,
        start: Any = None,
        end: Any = None,
        name: str | None = None,
    ) -> None:
        self._strategy = strategy
        self.candles = candles
        self.parameters = dict(parameters or {})
        self.conditions: Conditions = checked_conditions(candles, costs, size, cash, rules, start, end)
        self._name = name
        self.reset(-1)

    def reset(self, number: int) -> None:
        """Pending, as number `number` of a batch."""
        self.id = number
        self.status = Status.PENDING
        self.start_time: datetime.datetime | None = None
        self.end_time: datetime.datetime | None = None
        self.execution_time = float("nan")
        self.result: Result | None = None
        self.error: Failure | None = None
        self._hash: str | None = None

    @property
    def strategy(self) -> Any:
        """The strategy; one of a sweep is made of its parameters anew each time.

        Raises what the function raises that makes it.
        """
        return self._strategy.make() if isinstance(self._strategy, Build) else self._strategy

    @property
    def instrument(self) -> str:
        """The symbol of its candles."""
        return self.candles.symbol

    @property
    def name(self) -> str:
        """What the strategy is called in tables."""
        if self._name is not None:
            return self._name
        if isinstance(self._strategy, Build):
            return str(getattr(self._strategy.function, "__name__", "strategy"))
        return str(getattr(self._strategy, "name", None) or type(self._strategy).__name__)

    @property
    def content_hash(self) -> str:
        """32 hex digits over everything that determines the result: equal to that of the ``Result``."""
        if self._hash is None:
            self._hash = hash_of(self._origin())
        return self._hash

    def _origin(self) -> Origin:
        return Origin(self.strategy, self.candles, self.conditions)

    @property
    def is_compiled(self) -> bool:
        """Whether nothing of it holds the GIL while it runs: False also where its strategy cannot be made."""
        plan = Plan(self.candles)
        try:
            plan.add(self.strategy, self.conditions, keep=False)
        except Exception:
            return False
        return not plan.calls_python

    def job(self) -> Job:
        """The simulation as it travels."""
        return Job(self.id, self._strategy, self.conditions)

    def begin(self) -> None:
        """A worker has taken it."""
        self.status = Status.RUNNING
        self.start_time = _now()

    def finish(self, outcome: Outcome) -> None:
        """Its outcome is there."""
        self.end_time = _now()
        self.execution_time = outcome.seconds
        if outcome.failure is not None:
            self.status, self.error = Status.FAILED, outcome.failure
            return
        self.status, self.error = Status.COMPLETED, None
        self.result = Result(
            trades=None if outcome.trades is None else Trades(outcome.trades, self.candles.symbol),
            stats=outcome.stats,
            rejected=outcome.rejected,
            execution_time=outcome.seconds,
            rules_version=RULES_VERSION,
            origin=_Late(self),
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"Simulation({self.id}: {self.name}({shown}) on {self.instrument or 'candles'}, {self.status})"


class _Late:
    """The origin of a result in a batch: the strategy is made when something is asked."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def __getattr__(self, name: str) -> Any:
        return getattr(self._simulation._origin(), name)


def _now() -> datetime.datetime:
    return datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
