"""The spread that costs may give in place of the candles' own (rule C4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from btcore.candles.zones import zone_name
from btcore.costs.checks import not_negative, per_candle
from btcore.errors import ParameterError
from btcore.expr import Expr, time_array
from btcore.program import evaluate

HOURS = 24


@dataclass(frozen=True, init=False)
class HourlySpread:
    """A spread for each hour of the day, as clocks of a zone show it when a candle opens.

    Parameters
    ----------
    spreads : mapping of hour (0 to 23) to spread, or 24 spreads
        Ask minus bid in price units, from midnight on. As any spread it holds for the whole candle and is rounded up
        to ticks (rules C4, C5).
    tz : str or tzinfo
        The zone of the hours, an IANA name or a fixed offset; its clock changes are followed.
    default : float, optional
        The spread of hours that the mapping leaves out; without it, all 24 must be given.

    Attributes
    ----------
    spreads : tuple of 24 floats
    tz : str

    Raises
    ------
    ParameterError
        If a spread is negative, NaN or infinite, an hour is none or has no spread, or the zone is not known.

    Examples
    --------
    >>> HourlySpread({17: 0.0008, 18: 0.0003}, tz="America/New_York", default=0.0001).spreads[16:20]
    (0.0001, 0.0008, 0.0003, 0.0001)
    """

    spreads: tuple[float, ...]
    tz: str

    def __init__(self, spreads: Any, tz: Any = "UTC", default: float | None = None) -> None:
        object.__setattr__(self, "spreads", _table(spreads, default))
        object.__setattr__(self, "tz", zone_name(tz))

    def values(self, timestamp: np.ndarray) -> np.ndarray:
        """float64 [n]: the spread of candles that open at these times, int64 ns UTC."""
        hours = evaluate(Expr("time_part", (time_array(timestamp),), ("hour", self.tz)))[0]
        return np.array(self.spreads)[hours.astype(np.int64)]


def _table(spreads: Any, default: Any) -> tuple[float, ...]:
    """24 spreads from a mapping or a sequence."""
    if isinstance(spreads, Mapping):
        wrong = [hour for hour in spreads if hour not in range(HOURS)]
        if wrong:
            raise ParameterError(f"HourlySpread: hours are whole numbers from 0 to 23, got {wrong[0]!r}")
        missing = [hour for hour in range(HOURS) if hour not in spreads]
        if missing and default is None:
            raise ParameterError(f"HourlySpread: no spread for hours {missing}; give them, or default=")
        given = [spreads.get(hour, default) for hour in range(HOURS)]
    else:
        if default is not None:
            raise ParameterError("HourlySpread: default is for a mapping that leaves hours out")
        given = list(spreads) if np.ndim(spreads) == 1 else []
        if len(given) != HOURS:
            raise ParameterError(f"HourlySpread takes a mapping of hours, or 24 spreads, got {spreads!r}")
    return tuple(not_negative("HourlySpread", f"the spread of hour {k}", value) for k, value in enumerate(given))


def checked_spread(spread: Any) -> float | np.ndarray | HourlySpread:
    """A number, a read-only float64 array with a value per candle, or an HourlySpread."""
    if isinstance(spread, HourlySpread):
        return spread
    if np.ndim(spread) == 0:
        return not_negative("Costs", "spread", spread)
    values = per_candle("Costs", "spread", spread)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        raise ParameterError(
            f"Costs: {len(wrong)} spreads are negative or not finite, first at candle {wrong[0]}: "
            f"{float(values[wrong[0]])!r}; give 0.0 where there is no spread"
        )
    return values
