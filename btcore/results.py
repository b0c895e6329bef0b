"""What a simulation gives back: trades, statistics, rejections, equity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from btcore._core.types import TRADE_DTYPE, EntryKind, ExitReason, RejectReason
from btcore.ambiguity import Ambiguity

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["EntryKind", "ExitReason", "RejectReason", "Result", "Trades"]

_CODES = {"entry_kind": EntryKind, "exit_reason": ExitReason}
_FIELDS: tuple[str, ...] = TRADE_DTYPE.names or ()
_TIMES = ("entry_time", "exit_time")


class Trades:
    """The trades of a simulation in the order in which they ended, one row per exit.

    ``len(trades)``, ``trades[i]`` (one row; its fields by name), ``trades["net"]`` (a field of all rows as an array),
    slices, iteration, and conversions.

    Fields: parent, side (+1 or -1), size, signal_index, entry_index, entry_time, entry_price, entry_kind, stop_price,
    target_price, exit_stop_price, exit_index, exit_time, exit_price, exit_reason, ambiguous, gross, spread_cost,
    slippage_cost, commission, financing, net, r_multiple, mae, mfe, bars. Times are int64 ns UTC, prices and the
    excursions mae and mfe are in price units, money is in account currency; NaN where a trade has no such value.
    """

    __slots__ = ("_rows", "_symbol")

    def __init__(self, rows: np.ndarray, symbol: str = "") -> None:
        rows.flags.writeable = False
        self._rows = rows
        self._symbol = symbol

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        picked = self._rows[index]
        whole_rows = isinstance(picked, np.ndarray) and picked.dtype == TRADE_DTYPE
        return Trades(picked, self._symbol) if whole_rows else picked

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return repr(self.to_polars()) if len(self) else "Trades(none)"

    def to_numpy(self) -> np.ndarray:
        """The rows as a read-only structured array of dtype ``TRADE_DTYPE``; codes as numbers."""
        return self._rows

    def to_polars(self) -> polars.DataFrame:
        """A frame with a ``symbol`` column, times as datetimes (UTC) and the names of the codes."""
        import polars

        columns = {name: np.ascontiguousarray(self._rows[name]) for name in _FIELDS}
        frame = polars.DataFrame({"symbol": polars.repeat(self._symbol, len(self), eager=True), **columns})
        names = [
            polars.col(column).replace_strict({int(c): c.name for c in codes}, return_dtype=polars.String)
            for column, codes in _CODES.items()
        ]
        return frame.with_columns(
            *names, *(polars.from_epoch(name, time_unit="ns").dt.replace_time_zone("UTC") for name in _TIMES)
        )

    def to_pandas(self) -> pandas.DataFrame:
        """As ``to_polars``, but a pandas frame; needs pandas."""
        import pandas

        frame = pandas.DataFrame({name: self._rows[name] for name in _FIELDS})
        frame.insert(0, "symbol", self._symbol)
        for column, codes in _CODES.items():
            frame[column] = frame[column].map({int(c): c.name for c in codes})
        for name in _TIMES:
            frame[name] = pandas.to_datetime(frame[name], unit="ns", utc=True)
        return frame


class Origin(Protocol):
    """What a result can ask of the run that made it."""

    def equity(self) -> np.ndarray: ...

    def trades(self) -> Trades: ...

    def ambiguity(self) -> Ambiguity: ...

    def identity(self) -> str: ...


def hash_of(origin: Origin) -> str:
    """32 hex digits over everything that determines a result."""
    import hashlib

    return hashlib.blake2b(origin.identity().encode(), digest_size=16).hexdigest()


class Result:
    """The outcome of one simulation.

    Attributes
    ----------
    trades : Trades
        Those of a batch that kept none are worked out when they are first asked for: the same bits.
    stats : mapping of str to float
        See ``btcore.metrics`` for what each figure is.
    rejected : mapping of str to int
        Orders that never became a trade, by reason (rule D9); reasons that did not occur are left out.
    execution_time : float
        Seconds spent in the engine.
    rules_version : int
        Version of the fill rules.
    content_hash : str
        32 hex digits over everything that determines the result: rules version, strategy, candles, costs, size,
        cash, rules and evaluation window. Equal inputs give equal hashes in every process.
    """

    def __init__(
        self,
        *,
        trades: Trades | None,
        stats: Mapping[str, float],
        rejected: Mapping[str, int],
        execution_time: float,
        rules_version: int,
        origin: Origin,
    ) -> None:
        self._trades = trades
        self.stats = stats
        self.rejected = rejected
        self.execution_time = execution_time
        self.rules_version = rules_version
        self._origin = origin
        self._load: Callable[[], Trades] | None = None

    @property
    def trades(self) -> Trades:
        if self._trades is None:
            self._trades = self._load() if self._load else self._origin.trades()
        return self._trades

    def trades_from(self, load: Callable[[], Trades]) -> None:
        """Where the trades come from when they are first asked for."""
        self._load = load

    def equity(self) -> np.ndarray:
        """Equity at each close of the evaluation window (rule T4): float64, shape (end - start,), account currency.

        Realised profit plus the open position valued at the side it would leave at, before exit costs.
        """
        return self._origin.equity()

    def ambiguity(self) -> Ambiguity:
        """The same simulation under every mode of ``Rules(ambiguity=...)``, side by side, and what hangs on the mode.

        It is run again for that, once per mode; ``Rules(magnify=...)`` stays. For a result that shows much of it, finer
        candles are the remedy.

        Raises
        ------
        ParameterError
            If a function decided: when trades end otherwise it may decide otherwise, so it has to be simulated again
            with other rules.
        """
        return self._origin.ambiguity()

    @property
    def content_hash(self) -> str:
        return hash_of(self._origin)

    def __repr__(self) -> str:
        s = self.stats
        return (
            f"Result({s['trades']:.0f} trades, net {s['net']:.2f}, max drawdown {s['max_drawdown']:.2f}, "
            f"Sharpe {s['sharpe']:.2f}, {self.execution_time:.3f} s)"
        )
