"""Candles: the one container of market data, checked when it is made and never changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from btcore.candles import agreement, measures
from btcore.candles.columns import COLUMN_NAMES, Columns, make_columns
from btcore.candles.conversions import Conversions
from btcore.candles.instrument import Instrument
from btcore.candles.problems import time_text
from btcore.candles.ticks import Grid, Ticks, to_ticks
from btcore.errors import DataError, ParameterError

if TYPE_CHECKING:
    from btcore.candles.cache import Handle

QUOTES = ("bid", "ask", "mid")


class Candles(Conversions):
    """Candles of one instrument, oldest first, valid by rule C2 and on a tick grid by rule C5.

    Parameters
    ----------
    timestamp : datetime64 of any unit (without a zone: UTC) or int64 nanoseconds UTC [n], the open time of each candle
    open, high, low, close : prices [n], any numeric type
    volume : [n], any unit; None: zeros. Never consulted by fills; NaN is allowed
    symbol : name of the instrument
    tick : smallest price step; None: inferred from the prices
    quote : "bid", "ask" or "mid": the side that the prices are
    spread : ask minus bid in price units, one number or one per candle [n]; 0 where unknown
    ask : Candles of the ask side with exactly the same timestamps; kept as they are
    period : how long a candle lasts, "1min" or nanoseconds; None: the steps between candles tell. See `duration`
    instrument : facts about the instrument; None: ``Instrument(symbol, tick)``

    Attributes
    ----------
    timestamp : int64 [n], ns UTC, strictly increasing
    open, high, low, close, volume : float64 [n], contiguous
    ticks : (open, high, low, close) in whole ticks, int32 if all fit, else int64
    tick, tick_inferred, scale, tick_is_ratio : the grid; where ``1 / tick`` is whole, ``tick_is_ratio`` is True and
        ``price == ticks / scale``, else ``price == ticks * scale``
    spread : float, or float64 [n]
    repairs : mapping of the repairs that were asked for to the number of rows that each changed

    All arrays are read-only. Arrays that are contiguous int64/float64 already are not copied: do not write to them
    afterwards. A slice ``c[a:b]`` is a view with the same tick, period and duration.

    Raises
    ------
    DataError : candles that break C2 or C5, naming counts, first rows and remedy.
    ParameterError : an argument that is not one of its values.

    Examples
    --------
    >>> c = Candles([0, 60_000_000_000], [1.1, 1.1002], [1.1003, 1.1004], [1.0999, 1.1], [1.1002, 1.1001])
    >>> len(c), c.tick, c.ticks[1].tolist()
    (2, 0.0001, [11003, 11004])
    """

    __slots__ = (
        "__weakref__", "_derived", "_grid", "_origin", "_steps", "ask", "close", "high", "instrument", "low", "open",
        "quote", "repairs", "spread", "symbol", "ticks", "timestamp", "volume",
    )  # fmt: skip

    timestamp: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    ticks: Ticks
    symbol: str
    quote: str
    spread: float | np.ndarray
    ask: Candles | None
    instrument: Instrument
    repairs: Mapping[str, int]
    _grid: Grid
    _origin: Handle | None
    _steps: tuple[int, int] | None  # period and duration where the candles themselves do not tell
    _derived: dict[str, Any]

    def __init__(
        self,
        timestamp: Any,
        open: Any,
        high: Any,
        low: Any,
        close: Any,
        volume: Any = None,
        *,
        symbol: str = "",
        tick: float | None = None,
        quote: str = "bid",
        spread: Any = 0.0,
        ask: Candles | None = None,
        period: Any = None,
        instrument: Instrument | None = None,
    ) -> None:
        symbol, tick = agreement.identity(symbol, tick, instrument)
        grid = None if tick is None else Grid.declared(tick)
        columns = make_columns(timestamp, (open, high, low, close), volume, symbol=symbol)
        steps = agreement.declared_steps(period, columns)
        self._fill(columns, grid, quote=quote, spread=spread, ask=ask, steps=steps, instrument=instrument)

    def _fill(
        self,
        columns: Columns,
        grid: Grid | None,
        *,
        quote: str = "bid",
        spread: Any = 0.0,
        ask: Candles | None = None,
        steps: tuple[int, int] | None = None,
        instrument: Instrument | None = None,
        repairs: Mapping[str, int] | None = None,
    ) -> None:
        """Check everything and set every attribute. `grid` None: the tick is inferred."""
        if quote not in QUOTES:
            raise ParameterError(f"quote must be one of {', '.join(QUOTES)}, got {quote!r}")
        grid, ticks = to_ticks(columns, grid)
        if ask is not None:
            agreement.check_same_times(columns, ask)
            if ask.tick != grid.tick:
                grid = agreement.common_grid(grid, ask._grid)
                ticks = to_ticks(columns, grid)[1]
                ask = ask if ask.tick == grid.tick else ask._on_grid(grid)
        if instrument is None:
            instrument = Instrument(columns.symbol, grid.tick)
        elif instrument.tick is None:
            instrument = replace(instrument, tick=grid.tick)
        self._set(
            **{name: getattr(columns, name) for name in COLUMN_NAMES},
            symbol=columns.symbol,
            quote=quote,
            spread=agreement.checked_spread(columns.spread_on(grid) if spread is None else spread, columns),
            ask=ask,
            instrument=instrument,
            repairs=MappingProxyType(dict(repairs or {})),
            ticks=ticks,
            _grid=grid,
            _origin=None,
            _steps=steps,
            _derived={},
        )

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _with(self, **values: Any) -> Candles:
        """These candles with other values of some attributes, unchecked."""
        names = [name for name in self.__slots__ if name != "__weakref__"]
        result = object.__new__(Candles)
        result._set(**{name: getattr(self, name) for name in names} | values)
        return result

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"Candles cannot be changed ({name}); make new ones")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"Candles cannot be changed ({name}); make new ones")

    @property
    def tick(self) -> float:
        """The smallest price step."""
        return self._grid.tick

    @property
    def tick_inferred(self) -> bool:
        """True where the tick was not given but found from the prices."""
        return self._grid.inferred

    @property
    def tick_reason(self) -> str:
        """In words where the tick comes from: declared, or which candles a coarser one would not hold."""
        return measures.tick_reason(self)

    @property
    def scale(self) -> float:
        """Ticks are ``price * scale`` where `tick_is_ratio`, else ``price / scale``."""
        return self._grid.scale

    @property
    def tick_is_ratio(self) -> bool:
        """True where ``1 / tick`` is a whole number, which is then `scale`."""
        return self._grid.is_ratio

    @property
    def period(self) -> int:
        """What was declared, else the most common step between candles (the smallest of equally common ones), in ns.

        0 under two candles.
        """
        return self._steps[0] if self._steps else int(self.derived("period", measures.period))

    @property
    def duration(self) -> int:
        """How long a candle lasts, in ns: the declared period, else the shortest step between candles.

        0 under two candles. A longer timeframe takes a candle to be over that long after its open time.
        """
        return self._steps[1] if self._steps else int(self.derived("duration", measures.duration))

    @property
    def day_ends(self) -> np.ndarray:
        """int64 [days]: index of the last candle of each UTC day that has a candle."""
        ends: np.ndarray = self.derived("day_ends", measures.day_ends)
        return ends

    @property
    def content_hash(self) -> str:
        """32 hex digits, equal for equal content: columns, symbol, tick, quote, spread and ask; found once."""
        return str(self.derived("content_hash", measures.content_hash))

    @property
    def handle(self) -> Handle | None:
        """Small picklable value that opens these candles again; None where they are not mapped from a folder."""
        return self._origin

    def derived(self, key: str, build: Callable[[Candles], Any]) -> Any:
        """``build(self)``, kept for the life of these candles under `key`; it may depend on nothing else."""
        try:
            return self._derived[key]
        except KeyError:
            return self._derived.setdefault(key, build(self))

    def __len__(self) -> int:
        return len(self.timestamp)

    def __getitem__(self, rows: slice) -> Candles:
        if not isinstance(rows, slice):
            raise ParameterError(f"Candles take slices like c[10:20], got {rows!r}; use c[i:i + 1] or c.close[i]")
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise ParameterError(f"Candles slices have step 1, got {rows.step}; c.resample() changes the timeframe")
        if start >= stop:
            raise DataError(f"slice [{start}:{stop}] of {len(self)} candles is empty")
        if stop - start == len(self):
            return self
        part = slice(start, stop)
        return self._with(
            **{name: getattr(self, name)[part] for name in COLUMN_NAMES},
            spread=self.spread[part] if isinstance(self.spread, np.ndarray) else self.spread,
            ask=None if self.ask is None else self.ask[part],
            ticks=tuple(column[part] for column in self.ticks),
            _origin=None if self._origin is None else self._origin.part(start, stop),
            _steps=(self.period, self.duration),
            _derived={},
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Candles):
            return NotImplemented
        return self is other or (len(self) == len(other) and self.content_hash == other.content_hash)

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __repr__(self) -> str:
        inferred = " (inferred)" if self.tick_inferred else ""
        return (
            f"Candles({self.symbol + ', ' if self.symbol else ''}{len(self)} candles, "
            f"{time_text(self.timestamp[0])} to {time_text(self.timestamp[-1])}, "
            f"{self.quote}{' with ask' if self.ask is not None else ''}, tick {self.tick!r}{inferred})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        if self._origin is not None:
            return type(self._origin).open, (self._origin,)
        from btcore.candles.build import rebuild

        return rebuild, (self._columns(), self._grid, self._facts())

    def _columns(self) -> Columns:
        prices = (self.open, self.high, self.low, self.close)
        return Columns(self.timestamp, *prices, self.volume, symbol=self.symbol)

    def _facts(self) -> dict[str, Any]:
        names = ("quote", "spread", "ask", "instrument")
        return {**{name: getattr(self, name) for name in names}, "steps": self._steps, "repairs": dict(self.repairs)}

    def _on_grid(self, grid: Grid) -> Candles:
        from btcore.candles.build import rebuild

        return rebuild(self._columns(), grid, self._facts() | {"instrument": replace(self.instrument, tick=grid.tick)})
