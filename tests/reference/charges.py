"""Costs that depend on the moment: models of slippage (S1), nights (S3), the rate of the account's currency (S5)."""

from __future__ import annotations

import datetime
import math
from typing import Any

from btcore.costs import Conversion, PercentSlippage, RandomSlippage, RangeSlippage, TickSlippage
from reference.candles import splitmix64
from reference.market import Bar
from reference.ticks import FARTHEST, Grid, ceil_tolerant
from reference.times import EPOCH, day_opens

NIGHT_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOON = 12


def slip(model: Any, grid: Grid, candle: int, bar: Bar, base: int, fill: tuple[int, bool]) -> int:
    """Rule S1: units by which a fill at ``base`` is worse; ``fill`` is (number of the position, is it the exit)."""
    if isinstance(model, TickSlippage):
        return ceil_tolerant(model.ticks * grid.units_per_tick)
    if isinstance(model, PercentSlippage):
        return min(ceil_tolerant(grid.units(model.percent / 100 * grid.price(abs(base)))), FARTHEST)
    if isinstance(model, RangeSlippage):
        return min(ceil_tolerant(model.fraction * (bar.high - bar.low)), FARTHEST)
    if isinstance(model, RandomSlippage):
        number, leaving = fill
        random = splitmix64(splitmix64(splitmix64(model.seed) ^ candle) ^ (2 * number + leaving))
        return grid.units_per_tick * (random % (model.ticks + 1))
    return grid.slippage(model)


def nights(financing: Any, time: list[int]) -> list[int]:
    """Rule S3: at each candle, the nights that have been counted since the first one opened."""
    if financing is None:
        return [0] * len(time)
    first, last = (EPOCH + datetime.timedelta(microseconds=t // 1000) for t in (time[0], time[-1]))
    days = range((first - EPOCH).days - 2, (last - EPOCH).days + 3)
    rolls = [(roll_of(day, financing), nights_of(day, financing)) for day in days]
    rolls = [(roll, count) for roll, count in rolls if roll > time[0]]
    counted, out = 0, []
    for t in time:
        while rolls and rolls[0][0] <= t:
            counted += rolls.pop(0)[1]
        out.append(counted)
    return out


def roll_of(day: int, financing: Any) -> int:
    """The instant at which clocks show the roll on a date, in days after 1970-01-01."""
    hours, minutes = (int(part) for part in financing.roll.split(":")[:2])
    in_the_evening = hours >= NOON  # the day of the markets that opens then has the date of the next day
    return day_opens(day + in_the_evening, financing.tz, (hours * 60 + minutes) * 60 * 10**9)


def nights_of(day: int, financing: Any) -> int:
    """How many nights the roll of a date counts."""
    weekday = NIGHT_NAMES[(EPOCH + datetime.timedelta(days=day)).weekday()]
    if weekday == financing.triple:
        return 3
    return 1 if financing.weekends or weekday not in ("saturday", "sunday") else 0


def night(financing: Any, grid: Grid, side: int, price: int, contract_size: float, rate: float) -> float:
    """Rule S3: what one night costs for one unit of size entered at ``price``, in account currency."""
    if financing is None:
        return 0.0
    amount = financing.long if side > 0 else financing.short
    if financing.unit == "percent":
        return amount / 100 / financing.year * grid.price(price) * rate
    if financing.unit == "points":
        return amount * grid.price(grid.units_per_tick) * rate
    return amount / contract_size


def rates(conversion: Any, time: list[int]) -> list[float]:
    """Rule S5: account currency for one unit of quote currency, for each candle."""
    if conversion is None:
        return [1.0] * len(time)
    if isinstance(conversion, Conversion):
        return [known_rate(conversion, t) for t in time]
    if hasattr(conversion, "__len__"):
        return [float(rate) for rate in conversion]
    return [float(conversion)] * len(time)


def known_rate(conversion: Conversion, t: int) -> float:
    """The last price of the pair when a candle opens at t; NaN where none is known."""
    pair, price = conversion.candles, math.nan
    for opens, first, last in zip(pair.timestamp.tolist(), pair.open.tolist(), pair.close.tolist(), strict=True):
        if opens <= t:
            price = last if opens + pair.duration <= t else first
    return 1 / price if conversion.inverse else price
