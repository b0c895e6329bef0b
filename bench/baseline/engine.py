"""A pandas window per candle: indicators and signals from the window, then each trade's exit by a search in Python.

Correct by docs/fill-rules.md as far as the strategy can meet it (C5, D1, D2, D4, D7, D9, X1, X2, X5, X8), and written
the way such engines are written: nothing is done to make it slow, nothing to make it fast.
"""

from __future__ import annotations

import pandas as pd

from bench.baseline.workload import COLUMNS, FAST, RANGE, SLOW, STOP, TARGET, WINDOW, Prices

Signal = tuple[int, float, float]  # candle, distances of stop and target in price units
Trade = tuple[int, int, int, int, str]  # candle and price in ticks of the entry, of the exit; reason


def frame_of(prices: Prices) -> pd.DataFrame:
    columns = {name: getattr(prices, name) for name in COLUMNS}
    return pd.DataFrame(columns, index=pd.to_datetime(prices.timestamp))


def window_of(candles: pd.DataFrame, t: int) -> pd.DataFrame:
    """The last 100 candles at the close of candle t."""
    return candles.iloc[max(0, t - WINDOW + 1) : t + 1]


def means(window: pd.DataFrame) -> pd.Series:
    """How far the fast mean lies above the slow one."""
    close = window["close"]
    fast = close.rolling(FAST).mean()
    slow = close.rolling(SLOW).mean()
    return fast - slow


def crossed(distance: pd.Series, tie: float) -> bool:
    return bool(distance.iloc[-1] > tie and distance.iloc[-2] <= tie)


def bracket(window: pd.DataFrame) -> tuple[float, float]:
    """Distances of stop and target."""
    previous = window["close"].shift(1)
    ranges = pd.concat(
        [window["high"] - window["low"], (window["high"] - previous).abs(), (window["low"] - previous).abs()], axis=1
    ).max(axis=1)
    mean = ranges.rolling(RANGE).mean().iloc[-1]
    return STOP * mean, TARGET * mean


def signals(candles: pd.DataFrame, tie: float) -> list[Signal]:
    """Every cross with its bracket, whether a position is open or not."""
    found = []
    for t in range(1, len(candles)):
        window = window_of(candles, t)
        if crossed(means(window), tie):
            found.append((t, *bracket(window)))
    return found


def exit_of(opens: list[int], highs: list[int], lows: list[int], entry: int, stop: int, target: int) -> Trade | None:
    """The exit of a long that was entered at the open of candle `entry`; None where the data end first."""
    for t in range(entry, len(opens)):
        if t > entry and opens[t] <= stop:
            return entry, opens[entry], t, opens[t], "SL_GAP"
        if t > entry and opens[t] >= target:
            return entry, opens[entry], t, opens[t], "TP_GAP"
        if lows[t] <= stop:
            return entry, opens[entry], t, stop, "SL"
        if highs[t] >= target:
            return entry, opens[entry], t, target, "TP"
    return None


def trades(prices: Prices, found: list[Signal]) -> list[Trade]:
    """One position at a time; a signal before its exit is passed over."""
    columns = (prices.open, prices.high, prices.low, prices.close)
    opens, highs, lows, closes = (prices.in_ticks(column).tolist() for column in columns)
    last, free, done = len(opens) - 1, 0, []
    for t, stop_distance, target_distance in found:
        stop, target = (int(ticks) for ticks in prices.in_ticks((stop_distance, target_distance)))
        if t < free or t >= last or stop < 1 or target < 1:
            continue
        entry = opens[t + 1]
        trade = exit_of(opens, highs, lows, t + 1, entry - stop, entry + target)
        done.append(trade or (t + 1, entry, last, closes[last], "END_OF_DATA"))
        free = done[-1][2]
    return done


def simulate(prices: Prices) -> list[Trade]:
    """All trades, from candles."""
    return trades(prices, signals(frame_of(prices), prices.tie))
