"""ONE simulation: a strategy, candles and costs in, a ``Result`` out. It is a plan of one."""

from __future__ import annotations

import datetime
import math
import numbers
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from btcore._core.engine import Driver
from btcore.ambiguity import FIGURES, Ambiguity
from btcore.candles import Candles
from btcore.costs import Conversion, Costs
from btcore.deciders import CompiledStrategy, WindowStrategy, expressions, fresh, settings
from btcore.entries import checked_size
from btcore.errors import CallbackError, ParameterError
from btcore.expr import Expr, Percent
from btcore.fingerprint import fingerprint
from btcore.metrics import summary
from btcore.orders import Exit, Order
from btcore.plan import Conditions, Plan, Recorded
from btcore.results import Result, Trades
from btcore.rules import AMBIGUITY_MODES, RULES_VERSION, Rules
from btcore.sizes import VolatilityTarget
from btcore.strategy import Strategy

__all__ = ["Origin", "checked_conditions", "orders_of", "simulate"]

FIRST_DAY, LAST_DAY = np.datetime64("1677-09-21"), np.datetime64("2262-04-11")  # ends of int64 nanoseconds
FUNCTIONS = (WindowStrategy, CompiledStrategy)
Moment = int | str | datetime.datetime | np.datetime64


def simulate(
    strategy: Strategy | WindowStrategy | CompiledStrategy | Sequence[Order | Exit],
    candles: Candles,
    *,
    costs: Costs | None = None,
    size: Any = None,
    cash: float = 10_000.0,
    rules: Rules | None = None,
    start: Moment | None = None,
    end: Moment | None = None,
) -> Result:
    """Run one strategy, or a list of explicit orders, over candles.

    Parameters
    ----------
    strategy : Strategy, WindowStrategy, CompiledStrategy, or sequence of Order and Exit
    candles : Candles
    costs : Costs, optional
        None: no slippage, no commission, the candles' own spread.
    size : float, Expr, FixedCash, PercentEquity, RiskPercent or VolatilityTarget, optional
        Size of the positions of strategies and orders that have none of their own; None: 1 unit (rule S4).
    cash : float
        Starting cash in account currency, above 0.
    rules : Rules, optional
        Options of the fill rules.
    start, end : int or time, optional
        Evaluation window [start, end): indices of candles, or times (ISO text, datetime, datetime64; without a zone
        they are UTC), which mean the first candle at or after them. Indicators run from candle 0 whatever the window.

    Returns
    -------
    Result

    Raises
    ------
    ParameterError
        If an argument has no meaning or the window holds no candle.
    StrategyError
        If an order is decided after the last candle.
    CallbackError
        If the function of a strategy raised; its ``result`` is what had been done until then.
    DataError
        If an array in an expression has not one value per candle.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(5_000)
    >>> fast, slow = bt.ema(bt.close, 20), bt.ema(bt.close, 50)
    >>> trend = bt.Strategy(bt.crosses_above(fast, slow), stop=2 * bt.atr(14), target=4 * bt.atr(14))
    >>> result = bt.simulate(trend, candles)
    >>> len(result.trades) == result.stats["trades"] > 0
    True
    """
    conditions = checked_conditions(candles, costs, size, cash, rules, start, end)
    if isinstance(strategy, FUNCTIONS):
        return _ask(strategy, candles, conditions)
    orders = orders_of(strategy)
    return _simulated(orders, candles, conditions, Origin(orders, candles, conditions))


def _simulated(orders: Any, candles: Candles, conditions: Conditions, origin: Origin) -> Result:
    begun = time.perf_counter()
    plan = Plan(candles)
    driver = plan.add(orders, conditions)
    plan.run()
    return _result(driver, candles, conditions, time.perf_counter() - begun, origin)


def _ask(strategy: WindowStrategy | CompiledStrategy, candles: Candles, conditions: Conditions) -> Result:
    """The simulation of a function; what it decided is noted, since it may have changed when somebody asks again."""
    identity = _function_identity(strategy)
    begun = time.perf_counter()
    plan = Plan(candles)
    driver = plan.add(strategy, conditions)
    try:
        plan.run()
    except CallbackError as error:
        until = replace(conditions, end=error.index + 1)
        orders = Recorded(*driver.answers(), settings(strategy)["max_positions"])
        error.result = _simulated(orders, candles, until, Origin(orders, candles, until, identity))
        raise
    seconds = time.perf_counter() - begun
    orders = Recorded(*driver.answers(), settings(strategy)["max_positions"])
    return _result(driver, candles, conditions, seconds, Origin(orders, candles, conditions, identity))


def _result(driver: Driver, candles: Candles, conditions: Conditions, seconds: float, origin: Origin) -> Result:
    return Result(
        trades=Trades(driver.trades(), candles.symbol),
        stats=summary(driver.totals(), conditions.end - conditions.start),
        rejected=driver.rejected(),
        execution_time=seconds,
        rules_version=RULES_VERSION,
        origin=origin,
    )


def checked_conditions(
    candles: Candles, costs: Costs | None, size: Any, cash: float, rules: Rules | None, start: Any, end: Any
) -> Conditions:
    """The arguments of ``simulate`` but the strategy, checked and completed.

    Raises
    ------
    ParameterError
        If one has no meaning.
    """
    if not isinstance(candles, Candles):
        raise ParameterError(f"candles must be Candles, got {type(candles).__name__}; see Candles.from_frame")
    return Conditions(
        costs=_instance("costs", costs, Costs),
        size=checked_size(size),
        cash=_cash(cash),
        rules=_instance("rules", rules, Rules),
        start=0 if start is None else _index(start, candles),
        end=len(candles) if end is None else _index(end, candles),
    )


@dataclass(frozen=True)
class Origin:
    """What a result came from: all that its equity, its hash and trades that were not kept are worked out of."""

    orders: Any
    candles: Candles
    conditions: Conditions
    asked: str | None = None  # identity of the function that decided the orders, if there was one

    def equity(self) -> np.ndarray:
        """The equity at each close, by a run of its own."""
        plan = Plan(self.candles)
        driver = plan.add(fresh(self.orders), self.conditions, keep=False, equity=True)
        plan.run()
        curve = driver.equity()
        assert curve is not None  # it was asked for
        return curve

    def trades(self) -> Trades:
        """The trades, by a run of its own: the same bits as those that were not kept."""
        plan = Plan(self.candles)
        driver = plan.add(fresh(self.orders), self.conditions)
        plan.run()
        return Trades(driver.trades(), self.candles.symbol)

    def ambiguity(self) -> Ambiguity:
        """The simulation under every mode; ParameterError where a function decided the orders."""
        if self.asked is not None:
            raise ParameterError(
                "result.ambiguity(): a function decided, and it may decide otherwise where trades end otherwise; "
                "simulate it once with each Rules(ambiguity=...)"
            )
        plan, rules = Plan(self.candles), self.conditions.rules
        drivers = {
            mode: plan.add(fresh(self.orders), replace(self.conditions, rules=changed), keep=False)
            for mode, changed in ((mode, replace(rules, ambiguity=mode)) for mode in AMBIGUITY_MODES)
        }
        plan.run()
        stats = {
            mode: summary(driver.totals(), self.conditions.end - self.conditions.start)
            for mode, driver in drivers.items()
        }
        figures = {mode: {name: found[name] for name in FIGURES} for mode, found in stats.items()}
        return Ambiguity(rules.ambiguity, figures)

    def identity(self) -> str:
        orders = _identity(self.orders) if self.asked is None else self.asked
        return repr((RULES_VERSION, orders, *map(_identity, (self.candles, self.conditions))))


def _function_identity(strategy: WindowStrategy | CompiledStrategy) -> str:
    """What distinguishes a function that decides: its code, what it uses, and the values that it starts with."""
    given = _identity(settings(strategy))
    if isinstance(strategy, CompiledStrategy):
        parts = strategy.function.key, strategy.state.tobytes().hex(), [value.key for value in strategy.values]
        return repr(("CompiledStrategy", given, *parts))
    keys = {name: value.key for name, value in sorted(expressions(strategy).items())}
    return repr(("WindowStrategy", given, fingerprint(strategy), keys))


def _identity(value: Any) -> Any:
    """What distinguishes a value from another one, as plain data."""
    if isinstance(value, Expr):
        return value.key
    if isinstance(value, FUNCTIONS):
        return _function_identity(value)
    if isinstance(value, Percent):
        return "percent", value.value.key
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes().hex()
    if isinstance(value, (Strategy, Conditions, Costs, Conversion, Rules, Order, Exit, VolatilityTarget)):
        return type(value).__name__, {name: _identity(part) for name, part in vars(value).items() if name != "name"}
    if isinstance(value, Candles):
        return value.content_hash, value.duration, value.instrument
    if isinstance(value, dict):
        return {name: _identity(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_identity(part) for part in value]
    return repr(value)


def orders_of(orders: Any) -> Any:
    """What ``simulate`` takes, as ``Plan.add`` takes it; ParameterError where nothing can be simulated."""
    if isinstance(orders, (Strategy, *FUNCTIONS)):
        return orders
    try:
        return list(orders)
    except TypeError:
        raise ParameterError(
            f"strategy must be a Strategy, a WindowStrategy or a list of Order and Exit, got {_called(orders)}"
        ) from None


def _called(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, WindowStrategy):
        return f"the class {value.__name__}: give {value.__name__}()"
    return type(value).__name__


def _instance(name: str, value: Any, kind: type) -> Any:
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise ParameterError(f"{name} must be {kind.__name__}, got {type(value).__name__}")
    return value


def _cash(cash: Any) -> float:
    if isinstance(cash, bool) or not isinstance(cash, numbers.Real) or not math.isfinite(cash) or cash <= 0:
        raise ParameterError(f"cash must be a finite number above 0, got {cash!r}")
    return float(cash)


def _index(moment: Any, candles: Candles) -> int:
    """A candle's index from an index or a time."""
    if isinstance(moment, numbers.Integral) and not isinstance(moment, bool):
        return int(moment)
    if isinstance(moment, str):
        moment = _parsed(moment)
    if isinstance(moment, datetime.datetime) and moment == moment:  # pandas' NaT is a datetime unequal to itself
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
        moment = np.datetime64(moment)
    if not isinstance(moment, np.datetime64) or np.isnat(moment):
        raise ParameterError(f"start and end are indices of candles or times, got {moment!r}")
    day = moment.astype("datetime64[D]")
    if not FIRST_DAY < day < LAST_DAY:
        return 0 if day <= FIRST_DAY else len(candles)
    return int(np.searchsorted(candles.timestamp, moment.astype("datetime64[ns]").astype(np.int64)))


def _parsed(text: str) -> datetime.datetime | np.datetime64:
    """ISO text, with a zone or without; also a year or a month alone."""
    for parse in (datetime.datetime.fromisoformat, np.datetime64):
        try:
            return parse(text)
        except ValueError:
            continue
    raise ParameterError(f"start and end are indices or times like '2020-01-31', got {text!r}")
