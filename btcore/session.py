"""A strategy over candles that arrive one at a time: the orders, fills and positions of a simulation, live."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from btcore._core.session import Session as CoreSession
from btcore._core.stream import sealed, unsealed
from btcore._core.types import ExitReason, RejectReason
from btcore.ambiguity import Ambiguity
from btcore.candles import Candles, Instrument
from btcore.candles.agreement import period_ns
from btcore.costs import Conversion, Costs, HourlySpread
from btcore.deciders import CompiledStrategy, WindowStrategy
from btcore.errors import DataError, ParameterError, StrategyError
from btcore.market import ceil_units, unit_of
from btcore.metrics import summary
from btcore.moments import Moment, Moments
from btcore.money import live_charges
from btcore.plan import Plan, callback_error
from btcore.results import Result, Trades
from btcore.rules import RULES_VERSION, Rules
from btcore.simulation import checked_conditions
from btcore.strategy import Strategy

__all__ = ["Event", "Session"]

_WIDTH = 8  # bytes of a length in a saved state
_OFFSETS = {"bid": (1, 0, 1), "ask": (1, -1, 0), "mid": (2, -1, 1)}  # units of a tick; of a spread's tick to bid, ask


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a candle did, or that was decided at its close.

    Parameters
    ----------
    kind : {"placed", "filled", "closed", "leaves", "replaced", "expired", "rejected"}
        ``leaves``: a position was told to leave at the next open.
    index, time : int
        Of the candle; time in ns UTC.
    order : int
        Number of the order; -1 for exits, and for orders that were rejected at once.
    reason : ExitReason, RejectReason or None
    record : OpenPosition, WaitingOrder, row of a trade, or None
        ``filled``: the position, or the trade where it has ended on the same candle; ``closed``: the trade; of orders
        the order as it waited.
    """

    kind: str
    index: int
    time: int
    order: int
    reason: ExitReason | RejectReason | None
    record: Any


class Session:
    """A simulation over candles that are pushed one at a time, with the bits of one over all of them.

    Parameters
    ----------
    strategy : Strategy, WindowStrategy or CompiledStrategy
        Its expressions hold no arrays, which have no value for candles to come.
    instrument : Instrument
        With its tick.
    costs : Costs, optional
        Of any kind but arrays. Where they name an account_currency and no conversion, each push brings the rate.
    size, cash, rules : as in ``simulate``
        Rules without ``magnify``: a candle that comes has no finer ones. Who has them pushes those.
    quote : {"bid", "ask", "mid"}
        Side of the prices that are pushed.
    spread : float
        Ask minus bid in price units, where neither `costs` nor the push say one.
    two_sided : bool
        Whether each push brings the prices of the ask.
    period : str or int, optional
        How long a candle lasts, "1min" or nanoseconds; needed where an expression has a timeframe, and for `session`
        of a strategy. Candles of a simulation with the same bits are made with it.

    Raises
    ------
    ParameterError, StrategyError, ExpressionError
        If an argument has no meaning, or needs to know candles to come.

    Notes
    -----
    ``pickle`` keeps all of it, the strategy's object included; ``state`` is the rest as bytes.

    Examples
    --------
    >>> import btcore as bt
    >>> session = bt.Session(bt.Strategy(bt.close > bt.open, stop=0.5), bt.Instrument("X", 0.1))
    >>> [event.kind for event in session.push(0, 10.0, 10.4, 10.0, 10.2)]
    ['placed']
    >>> [event.kind for event in session.push(1, 10.2, 10.3, 9.6, 9.7)]
    ['filled', 'closed']
    >>> len(session.trades), session.orders, session.positions
    (1, [], [])
    """

    def __init__(
        self,
        strategy: Strategy | WindowStrategy | CompiledStrategy,
        instrument: Instrument,
        *,
        costs: Costs | None = None,
        size: Any = None,
        cash: float = 10_000.0,
        rules: Rules | None = None,
        quote: str = "bid",
        spread: float = 0.0,
        two_sided: bool = False,
        period: str | int | None = None,
    ) -> None:
        self.strategy = strategy
        self._given = {
            "instrument": instrument, "costs": costs, "size": size, "cash": cash, "rules": rules, "quote": quote,
            "spread": spread, "two_sided": two_sided, "period": period,
        }  # fmt: skip
        self._sample = _sample(instrument, quote, spread, two_sided)
        _check_live(strategy, costs, rules)
        conditions = checked_conditions(self._sample, costs, size, cash, rules, None, None)
        charges, converts = live_charges(self._sample, conditions.costs)
        plan = Plan(self._sample)
        constant = replace(conditions.costs, financing=None, conversion=None, account_currency=None, margin=None)
        driver = plan.add(strategy, replace(conditions, costs=constant))
        if charges is not None:
            driver.charge(*charges)
        driver.endless()
        self._spread = self._sample.spread if conditions.costs.spread is None else conditions.costs.spread
        self._fixed_spread = 0 if isinstance(self._spread, HourlySpread) else self._ticks(self._spread)
        self._own_spread = conditions.costs.spread is None
        self._two_sided = two_sided
        duration = 0 if period is None else period_ns(period)
        stream = plan.stream(duration)
        self._moments = _moments(strategy, conditions.costs, duration)
        self._rated = converts and conditions.costs.conversion is None
        factor, below, above = (1, 0, 0) if two_sided else _OFFSETS[quote]
        sample = self._sample
        self._core = CoreSession(
            driver, stream, *unit_of(sample), sample.scale, sample.tick_is_ratio, factor, below, above, converts,
            conditions.costs.financing is not None,
        )  # fmt: skip
        self._seconds = 0.0

    def _ticks(self, spread: Any) -> int:
        return int(ceil_units(spread, self._sample.scale, self._sample.tick_is_ratio))

    def push(
        self,
        timestamp: Any,
        open: float,
        high: float,
        low: float,
        close: float,
        volume: float = 0.0,
        *,
        ask: tuple[float, float, float, float] | None = None,
        spread: float | None = None,
        rate: float | None = None,
    ) -> list[Event]:
        """Take the next candle.

        Parameters
        ----------
        timestamp : int, datetime64 or datetime with a zone
            Open time, as int nanoseconds UTC; later than that of the candle before.
        open, high, low, close, volume : float
        ask : (open, high, low, close), optional
            Where the session is `two_sided`.
        spread : float, optional
            Of this candle, where `costs` have none.
        rate : float, optional
            Account currency for one unit of the prices' currency on this candle (rule S5), where `costs` name an
            account_currency and no conversion.

        Returns
        -------
        list of Event
            What the candle did, then what was decided at its close.

        Raises
        ------
        DataError
            If the candle breaks rule C2, is off the tick grid or comes too early; it is then as if it had not come.
        CallbackError
            If the function of the strategy raised. The candle has been taken, and nothing was decided at its close.
        """
        begun = time.perf_counter()
        happened = self._core.take(
            timestamp, open, high, low, close, volume, self._ask(ask), self._spread_of(timestamp, spread),
            self._moment(timestamp, rate),
        )  # fmt: skip
        index, at = self._core.count - 1, self._core.last
        self._seconds += time.perf_counter() - begun
        failure = self._core.failure()
        if failure is not None:
            raise callback_error(at, *failure) from failure[1]
        return [Event(kind, index, at, order, reason, record) for kind, order, reason, record in happened]

    def _ask(self, ask: Any) -> Any:
        if (ask is not None) != self._two_sided:
            needs = "needs ask=(open, high, low, close)" if self._two_sided else "takes no ask="
            raise DataError(f"candle {self.count}: a session with two_sided={self._two_sided} {needs}")
        return ask

    def _spread_of(self, timestamp: Any, spread: float | None) -> int:
        if spread is not None:
            if not self._own_spread or self._two_sided:
                raise DataError(f"candle {self.count}: its spread is that of costs or of its two sides")
            if not 0.0 <= spread < np.inf:
                raise DataError(f"candle {self.count}: spread must be finite and not negative, got {spread!r}")
            return self._ticks(spread)
        if isinstance(self._spread, HourlySpread):
            return self._ticks(self._spread.values(np.array([self._core.nanoseconds(timestamp)]))[0])
        return self._fixed_spread

    def _moment(self, timestamp: Any, rate: float | None) -> Moment:
        if (rate is not None) != self._rated:
            needs = "needs rate=, account currency for one unit of quote currency" if self._rated else "takes no rate="
            raise DataError(f"candle {self.count}: a session with these costs {needs}")
        if rate is not None and not 0.0 < rate < np.inf:
            raise DataError(f"candle {self.count}: rate must be finite and above 0, got {rate!r}")
        if self._moments is None:
            return 1.0 if rate is None else float(rate), 0, False, False
        before = self._core.last if self.count else None
        return self._moments.of(before, self._core.nanoseconds(timestamp), 1.0 if rate is None else float(rate))

    @property
    def count(self) -> int:
        """Candles pushed so far."""
        return self._core.count

    @property
    def orders(self) -> list[Any]:
        """The entry orders that wait, as ``WaitingOrder``, the oldest first."""
        return self._core.orders()

    @property
    def positions(self) -> list[Any]:
        """The open positions as ``OpenPosition``, the oldest first."""
        return self._core.positions()

    @property
    def equity(self) -> float:
        """Equity at the last close (rule T4)."""
        return self._core.equity

    @property
    def trades(self) -> Trades:
        """The trades so far."""
        return Trades(self._core.trades(), self._sample.symbol)

    def finish(self) -> Result:
        """The result of a simulation over the candles so far, as if they were all; the session can go on."""
        trades, totals, rejected = self._core.finish()
        return Result(
            trades=Trades(trades, self._sample.symbol),
            stats=summary(totals, self.count),
            rejected=rejected,
            execution_time=self._seconds,
            rules_version=RULES_VERSION,
            origin=_Live(),
        )

    @property
    def state(self) -> bytes:
        """What the session carries from candle to candle; set it on a session of equal arguments to continue.

        Attributes of a WindowStrategy are not part of it.
        """
        parts = b"".join(len(part).to_bytes(_WIDTH, "little") + part for part in self._core.save())
        return sealed(parts, self._core.key)

    @state.setter
    def state(self, saved: bytes) -> None:
        parts, at = [], 0
        saved = unsealed(bytes(saved), self._core.key)
        while at < len(saved):
            length = int.from_bytes(saved[at : at + _WIDTH], "little")
            parts.append(bytes(saved[at + _WIDTH : at + _WIDTH + length]))
            at += _WIDTH + length
        self._core.restore(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.strategy, self._given, self.state)

    def __repr__(self) -> str:
        return f"Session({self.count} candles, {len(self.positions)} positions, equity {self.equity:.2f})"


class _Live:
    """The origin of a session's result, which keeps no candles."""

    def equity(self) -> np.ndarray:
        raise StrategyError("a session keeps no equity curve; session.equity is that of its last close")

    def trades(self) -> Trades:
        raise StrategyError("a session keeps its trades itself")

    def ambiguity(self) -> Ambiguity:
        raise StrategyError("a session keeps no candles; simulate them for result.ambiguity()")

    def identity(self) -> str:
        raise StrategyError("the result of a session has no content hash; simulate the candles for one")


def _restored(strategy: Any, given: dict[str, Any], state: bytes) -> Session:
    session = Session(strategy, **given)
    session.state = state
    return session


def _sample(instrument: Any, quote: str, spread: Any, two_sided: bool) -> Candles:
    """One candle of the instrument: what all its candles have in common."""
    if not isinstance(instrument, Instrument) or instrument.tick is None:
        raise ParameterError(f"instrument must be an Instrument with a tick, got {instrument!r}")
    if np.ndim(spread):
        raise ParameterError("spread is one number; push(..., spread=...) takes that of each candle")
    columns = np.array([0]), *([np.array([instrument.tick])] * 4)
    settings: dict[str, Any] = {"tick": instrument.tick, "symbol": instrument.symbol, "instrument": instrument}
    if not two_sided:
        return Candles(*columns, quote=quote, spread=spread, **settings)
    if quote != "bid":
        raise ParameterError(f"a session with two sides is pushed bid prices, got quote={quote!r}")
    return Candles(*columns, ask=Candles(*columns, quote="ask", **settings), **settings)


def _check_live(strategy: Any, costs: Costs | None, rules: Rules | None) -> None:
    """What needs to know candles to come is refused."""
    if not isinstance(strategy, (Strategy, WindowStrategy, CompiledStrategy)):
        raise ParameterError(
            f"a session follows a Strategy, WindowStrategy or CompiledStrategy, got {type(strategy).__name__}"
        )
    if getattr(rules, "magnify", None) is not None:
        raise ParameterError(
            "Rules(magnify=...): a candle that comes has no finer ones yet; who has them pushes the finer candles"
        )
    if costs is not None and isinstance(costs.spread, np.ndarray):
        raise ParameterError("Costs(spread=...): an array has no value for candles to come; push(..., spread=...) does")


def _moments(strategy: Any, costs: Costs, duration: int) -> Moments | None:
    """What works out nights, ends of sessions and rates; None where there are none of them."""
    session = getattr(strategy, "session", None)
    conversion = costs.conversion if isinstance(costs.conversion, Conversion) else None
    if session is not None and not duration:
        raise ParameterError("a strategy with session= needs period=, how long a candle lasts, e.g. '1min'")
    if session is None and conversion is None and costs.financing is None:
        return None
    return Moments(costs.financing, session, duration, conversion)
