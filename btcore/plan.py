"""Strategies -> one plan for the core: their expressions as one program, their decisions as drivers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from btcore._core.answers import Asker, CompiledAsker
from btcore._core.asked import PythonAsker
from btcore._core.engine import Driver, run
from btcore._core.magnify import Finer
from btcore._core.market import Market
from btcore._core.pipeline import Pipeline
from btcore._core.stream import Stream
from btcore._core.timed import TimedPipeline
from btcore._core.types import AmbiguityMode, EntryKind, Level, SizeKind
from btcore.candles import Candles
from btcore.costs import Costs, HourlySpread
from btcore.deciders import CompiledStrategy, WindowStrategy, expressions, settings
from btcore.entries import LEVELS, LIVE_LEVELS
from btcore.errors import CallbackError, ParameterError, StrategyError
from btcore.expr import CONDITION, Expr, Percent, constant, number
from btcore.magnify import finer_of
from btcore.market import market_of
from btcore.money import charges_of, fixed_slippage, units_per_tick
from btcore.orders import Decided, Exit, Order
from btcore.program import COLUMNS, Program
from btcore.rules import Rules
from btcore.sessions import end_codes
from btcore.sizes import FixedCash, PercentEquity, RiskPercent, VolatilityTarget
from btcore.strategy import Strategy

__all__ = ["Conditions", "Plan", "Recorded", "Timing", "market_key"]

NEVER = 2**63 - 1  # candles after which an order expires or a position is closed where no limit was set
ARRAYS = "packing of arrays"  # what a run does before its operators
BEYOND = 2**60  # units that no candle exceeds
_SIZE_KINDS = ((FixedCash, SizeKind.SIZE_CASH, "amount"), (PercentEquity, SizeKind.SIZE_EQUITY, "percent"),
               (RiskPercent, SizeKind.SIZE_RISK, "percent"))  # fmt: skip
_ENTRY_CODES = {kind.name.lower(): int(kind) for kind in EntryKind}
_LEVEL_CODES = {name: int(Level[f"LEVEL_{name.upper()}"]) for name in (*LEVELS, *LIVE_LEVELS)}
_ORDER_LEVELS = {name: _LEVEL_CODES[name] for name in LEVELS}
_SIZE_LEVEL = int(Level.LEVEL_SIZE)


@dataclass(frozen=True)
class Conditions:
    """Under which conditions a strategy is simulated: everything of ``simulate`` but the strategy and the candles.

    ``start`` and ``end`` are indices with ``0 <= start < end <= len(candles)``.
    """

    costs: Costs = field(default_factory=Costs)
    size: Any = 1.0
    cash: float = 10_000.0
    rules: Rules = field(default_factory=Rules)
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Recorded:
    """What the function of a strategy decided, to be run again without it: ``Driver.answers()``."""

    orders: np.ndarray
    levels: np.ndarray
    max_positions: int


class Timing(NamedTuple):
    """How long the parts of a run took, in ns: setting up the operators, each of them, and the simulations."""

    set_up: int
    operators: list[tuple[str, int]]
    simulations: int


Trader = Strategy | WindowStrategy | CompiledStrategy | Recorded | Sequence[Order | Exit]


class Plan:
    """Simulations over the candles of one instrument, computed together.

    Examples
    --------
    >>> from btcore.data import synthetic_candles
    >>> candles = synthetic_candles(100)
    >>> plan = Plan(candles)
    >>> driver = plan.add([Order(5, "long", stop=0.0010)], Conditions(end=100))
    >>> plan.run()
    >>> len(driver.trades())
    1
    """

    def __init__(self, candles: Candles) -> None:
        self.candles = candles
        self._program = Program()
        self._drivers: list[Driver] = []
        self._asks_python = False
        self._market: tuple[Any, Market] | None = None
        self._lenses: dict[int, Finer] = {}

    def add(
        self,
        strategy: Trader,
        conditions: Conditions,
        *,
        keep: bool = True,
        equity: bool = False,
        whole: bool = False,
    ) -> Driver:
        """One more simulation; its results are in the driver after ``run``: trades if `keep`, and its `equity`.

        `whole`: the driver's ``answers`` hold all that a function answered, also what was rejected at once.

        Raises
        ------
        ParameterError, StrategyError
            If the evaluation window or an order lies outside the candles, the spread differs from the plan's, or the
            finer candles of the rules are no finer candles of the same instrument.
        DataError
            If those finer candles disagree with the candles.
        """
        check_window(conditions, self.candles)
        self._set_market(conditions.costs)
        terms = terms_of(self.candles, conditions.costs, conditions.rules)
        slots = getattr(strategy, "max_positions", 1)
        if isinstance(strategy, (WindowStrategy, CompiledStrategy)):
            slots = settings(strategy)["max_positions"]
        driver = Driver(terms, conditions.start, conditions.end, conditions.cash, slots, keep)
        charges = charges_of(self.candles, conditions.costs, conditions.start, conditions.end)
        if charges is not None:
            driver.charge(*charges)
        if equity:
            driver.keep_equity()
        if conditions.rules.magnify is not None:
            driver.magnify(self._finer(conditions.rules.magnify, conditions.costs))
        if isinstance(strategy, Strategy):
            self._follow_strategy(driver, strategy, conditions.size)
        elif isinstance(strategy, (WindowStrategy, CompiledStrategy)):
            self._follow_function(driver, strategy, conditions.size, whole)
        elif isinstance(strategy, Recorded):
            driver.follow_orders(strategy.orders, strategy.levels)
        else:
            driver.follow_orders(*order_table(strategy, conditions, len(self.candles)))
        self._drivers.append(driver)
        return driver

    def operators(self) -> Counter[str]:
        """How many operators of each name are computed on every candle."""
        return self._program.operators()

    @property
    def calls_python(self) -> bool:
        """Whether the GIL is needed while it runs: a function of the caller is called."""
        return self._program.calls_python or self._asks_python

    def stream(self, period: int) -> Stream:
        """The operators of the plan over candles that are still to come, and last `period` ns (0: not known).

        Raises
        ------
        ExpressionError
            If an expression holds an array.
        ParameterError
            If there are timeframes, and no period or one that cannot fill them.
        """
        if self._program.has_timeframes and not period:
            raise ParameterError("an expression with a timeframe needs period=, how long a candle lasts, e.g. '1min'")
        return Stream(*self._program.streamed(period), [], None, self._program.clocks, period)

    def run(self) -> None:
        """Compute every simulation that was added.

        Raises
        ------
        CallbackError
            If the function of a strategy raised; the other simulations have their results then.
        """
        if self._market is not None:
            run(self._pipeline(Pipeline), self._market[1], self._drivers)
        for driver in self._drivers:
            self.check(driver)

    def run_timed(self) -> Timing:
        """As ``run``, once a simulation was added, with a clock at each operator."""
        assert self._market is not None
        begun = time.perf_counter_ns()
        pipeline = self._pipeline(TimedPipeline)
        assert isinstance(pipeline, TimedPipeline)
        ready = time.perf_counter_ns()
        run(pipeline, self._market[1], self._drivers)
        done = time.perf_counter_ns()
        for driver in self._drivers:
            self.check(driver)
        names = [*self._program.operator_texts(len(self.candles), self._duration), ARRAYS]
        taken = pipeline.nanoseconds()
        return Timing(ready - begun, list(zip(names, taken, strict=True)), done - ready - sum(taken))

    @property
    def _duration(self) -> int:
        return self.candles.duration if self._program.has_timeframes else 0

    def _pipeline(self, make: type[Pipeline]) -> Pipeline:
        columns = {name: getattr(self.candles, name) for name in ("timestamp", *COLUMNS)}
        return self._program.pipeline(columns, len(self.candles), self._duration, make)

    def check(self, driver: Driver) -> None:
        """Raise CallbackError if the function of this simulation raised when it was run."""
        failure = driver.failure()
        if failure is not None:
            raise callback_error(int(self.candles.timestamp[failure[0]]), *failure) from failure[1]

    def _set_market(self, costs: Costs) -> None:
        if self._market is None:
            self._market = costs.spread, market_of(self.candles, costs)
        elif not _same_spread(self._market[0], costs.spread):
            raise ParameterError("simulations of one plan must have the same spread")

    def _follow_function(
        self, driver: Driver, strategy: WindowStrategy | CompiledStrategy, default_size: Any, whole: bool
    ) -> None:
        given = settings(strategy)
        when = -1 if given["when"] is None else self._program.slot(given["when"])
        size_kind, size = size_of(default_size if given["size"] is None else given["size"])
        columns = tuple(getattr(self.candles, name) for name in (*COLUMNS, "timestamp"))
        asker = asker_of(strategy, self._program)
        self._asks_python = self._asks_python or isinstance(strategy, WindowStrategy)
        driver.follow_function(asker, when, size_kind, self._program.level(size), columns, whole)

    def _finer(self, finer: Candles, costs: Costs) -> Finer:
        if id(finer) not in self._lenses:
            self._lenses[id(finer)] = finer_of(self.candles, finer, costs)
        return self._lenses[id(finer)]

    def _follow_strategy(self, driver: Driver, strategy: Strategy, default_size: Any) -> None:
        masks = [-1 if expr is None else self._program.slot(expr) for expr in conditions_of(strategy).values()]
        size_kind, size = size_of(default_size if strategy.size is None else strategy.size)
        levels: list[list[Any]] = [[[] for _ in Level] for _ in range(2)]
        percents = [0, 0]
        for side in range(2):
            levels[side][_SIZE_LEVEL] = self._program.level(size)
            for name, pair in strategy.levels.items():
                code, value = _LEVEL_CODES[name], pair[side]
                percents[side] |= isinstance(value, Percent) << code
                levels[side][code] = self._program.level(value.value if isinstance(value, Percent) else value)
        if strategy.targets:
            self._follow_targets(driver, strategy)
        if strategy.session is not None:
            driver.end_sessions(end_codes(strategy.session, self.candles.timestamp, self.candles.duration))
        driver.follow_conditions(
            masks, tuple(levels), tuple(percents), _ENTRY_CODES[strategy.entry], size_kind,
            strategy.trail_source == "close", _limit(strategy.max_bars), _limit(strategy.expiry),
        )  # fmt: skip

    def _follow_targets(self, driver: Driver, strategy: Strategy) -> None:
        fractions: tuple[list[float], list[float]] = ([], [])
        levels: tuple[list[Any], list[Any]] = ([], [])
        percents = [0, 0]
        for fraction, pair in strategy.targets:
            for side, value in enumerate(pair):
                if value is not None:
                    percents[side] |= isinstance(value, Percent) << len(levels[side])
                    levels[side].append(self._program.level(value.value if isinstance(value, Percent) else value))
                    fractions[side].append(fraction)
        driver.follow_targets(fractions, levels, tuple(percents))


def asker_of(strategy: WindowStrategy | CompiledStrategy, program: Program) -> Asker:
    """What asks the function of a strategy, its expressions in the slots of a program."""
    if isinstance(strategy, CompiledStrategy):
        slots = [program.slot(number(value)) for value in strategy.values]
        return CompiledAsker(strategy.function.address, strategy.window, slots, np.append(strategy.state, 0.0))
    values = {name: (program.slot(value), value.kind == CONDITION) for name, value in expressions(strategy).items()}
    return PythonAsker(strategy.on_candle, strategy.window, _described, _described_order, values)


def _described(side: int, kind: str, price: Any, given: dict[str, Any]) -> tuple[Any, ...]:
    """An order of ``window.buy`` or ``window.sell``: its row in the table of orders, its levels, has it a size."""
    order = Decided(None, side, kind, price, **given)
    return _order_row(order, 1.0), _order_numbers(order, 1.0), order.size is not None


def _described_order(order: Any, at: int) -> tuple[Any, ...] | None:
    """An Order or Exit that ``on_candle`` returned at candle `at`; None for anything else."""
    if not isinstance(order, (Order, Exit)):
        return None
    if order.at is not None and order.at != at:
        raise StrategyError(f"{order!r} was returned at candle {at}; its at is that, or None")
    return _order_row(order, 1.0), _order_numbers(order, 1.0), getattr(order, "size", None) is not None


def callback_error(timestamp: int, index: int, error: BaseException) -> CallbackError:
    """The error for what the function of a strategy raised at a candle; its time is in ns UTC."""
    time = np.datetime_as_string(np.datetime64(timestamp, "ns"), unit="s")
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return CallbackError(f"the strategy's function raised at candle {index} ({time} UTC): {what}", index)


def conditions_of(strategy: Strategy) -> dict[str, Expr | None]:
    """The conditions of a strategy; with `reverse`, an entry is an exit of the other side (rule D10)."""
    conditions = dict(strategy.conditions)
    if strategy.reverse:
        for enter, other, leave in (("long", "short", "exit_short"), ("short", "long", "exit_long")):
            conditions[leave] = _either(conditions[leave], _alone(strategy, f"enter_{enter}", f"enter_{other}"))
    return conditions


def _alone(strategy: Strategy, enter: str, other: str) -> Expr | None:
    """Where one entry is decided: not where both sides conflict (rule D6)."""
    wanted, against = strategy.conditions[enter], strategy.conditions[other]
    return wanted if wanted is None or against is None else wanted & ~against


def _either(a: Expr | None, b: Expr | None) -> Expr | None:
    return a | b if a is not None and b is not None else a if b is None else b


def _same_spread(a: Any, b: Any) -> bool:
    if isinstance(a, HourlySpread) or isinstance(b, HourlySpread):
        return bool(type(a) is type(b) and a == b)
    return a is b or np.array_equal(a, b)


def market_key(costs: Costs) -> Any:
    """Equal for costs whose simulations can be in one plan; good while the costs exist."""
    return costs.spread if costs.spread is None or np.ndim(costs.spread) == 0 else id(costs.spread)


def check_window(conditions: Conditions, candles: Candles) -> None:
    """The evaluation window [start, end) lies inside the candles and holds at least one (rule D8)."""
    if not 0 <= conditions.start < conditions.end <= len(candles):
        first, last = np.datetime_as_string(candles.timestamp[[0, -1]].astype("datetime64[ns]"), unit="s")
        raise ParameterError(
            f"the evaluation window [{conditions.start}, {conditions.end}) must lie inside the {len(candles)} candles "
            f"and hold at least one; they run from {first} to {last} UTC"
        )


def terms_of(candles: Candles, costs: Costs, rules: Rules) -> dict[str, Any]:
    """Costs, lots and options as the core's ``Terms``."""
    commission, instrument = costs.commission, candles.instrument
    return {
        "slippage": fixed_slippage(candles, costs.slippage),
        "per_trade": commission.per_trade,
        "per_unit": commission.per_unit,
        "per_lot": commission.per_lot,
        "percent": commission.percent,
        "minimum": commission.minimum,
        "contract_size": instrument.contract_size,
        "lot_step": instrument.lot_step,
        "lot_min": instrument.lot_min,
        "through": min(rules.limit_through_ticks * units_per_tick(candles), BEYOND),
        "gap_at_limit": rules.limit_gap == "limit",
        "ambiguity": int(AmbiguityMode[rules.ambiguity.upper()]),
    }


def size_of(size: Any) -> tuple[int, Expr]:
    """(SizeKind, number) of a size; None is one unit."""
    if isinstance(size, VolatilityTarget):
        share = constant(size.percent / 100.0)
        volatility = size.volatility
        divided = share / volatility if isinstance(volatility, Expr) else constant(share.params[0] / volatility)
        return int(SizeKind.SIZE_VOLATILITY), divided
    for kind, code, attribute in _SIZE_KINDS:
        if isinstance(size, kind):
            return int(code), constant(getattr(size, attribute))
    return int(SizeKind.SIZE_UNITS), number(1.0 if size is None else size)


def order_table(orders: Iterable[Order | Exit], conditions: Conditions, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Explicit orders by candle, exits first, those outside the window left out: int64 and float64 columns."""
    listed = list(orders)
    for order in listed:
        if not isinstance(order, (Order, Exit)):
            raise StrategyError(f"a list of orders holds Order and Exit, got {order!r}")
        if order.at is None:
            raise StrategyError(f"{order!r} has no candle; in a list of orders each needs its at")
        if order.at >= length:
            raise StrategyError(f"{order!r} is decided at candle {order.at}, but there are {length} candles")
    listed = [order for order in listed if conditions.start <= (order.at or 0) < conditions.end]
    listed.sort(key=lambda order: (order.at or 0, isinstance(order, Order)))
    rows = [_order_row(order, conditions.size) for order in listed]
    numbers = [_order_numbers(order, conditions.size) for order in listed]
    return np.array(rows, dtype=np.int64).reshape(-1, 7), np.array(numbers, dtype=np.float64).reshape(-1, len(Level))


def _order_row(order: Order | Exit, default_size: Any) -> tuple[int, ...]:
    if isinstance(order, Exit):
        return order.at or 0, 0, 0, 0, 0, 0, 0
    percents = sum(isinstance(getattr(order, name), Percent) << code for name, code in _ORDER_LEVELS.items())
    size_kind, _ = _order_size(order, default_size)
    limits = _limit(order.max_bars), _limit(order.expiry)
    return order.at or 0, order.side, _ENTRY_CODES[order.kind], percents, size_kind, *limits


def _limit(candles: int | None) -> int:
    return NEVER if candles is None else min(candles, NEVER)


def _order_size(order: Order, default_size: Any) -> tuple[int, float]:
    size_kind, size = size_of(default_size if order.size is None else order.size)
    if size.op != "constant":
        raise StrategyError(f"order at {order.at}: its size must be a number or a sizing rule, got {size!r}")
    return size_kind, size.params[0]


def _order_numbers(order: Order | Exit, default_size: Any) -> list[float]:
    numbers = [np.nan] * len(Level)
    if isinstance(order, Order):
        for name, code in _ORDER_LEVELS.items():
            value = getattr(order, name)
            if value is not None:
                numbers[code] = value.value.params[0] if isinstance(value, Percent) else value
        numbers[_SIZE_LEVEL] = _order_size(order, default_size)[1]
    return numbers
