"""What holding a position overnight costs (rule S3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from btcore.candles.timeframe import Frame
from btcore.candles.zones import DAY_NS, clock_ns, clock_text, zone_name, zone_table
from btcore.costs.checks import finite, positive
from btcore.errors import ParameterError

UNITS = ("percent", "points", "lot")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SATURDAY, THURSDAY = 5, 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, init=False)
class Financing:
    """Swap: a cost, or where negative a credit, for each night over which a position is held.

    A night is counted where the position was entered on a candle before the roll and is still open when the first
    candle at or after the roll opens; leaving at that open pays it, entering there does not.

    Parameters
    ----------
    long, short : float
        What longs and shorts pay for a night; negative is a credit. In units of `unit`.
    unit : {"percent", "points", "lot"}
        "percent": percent a year of the notional at entry (recorded entry price times size), `year` nights to a year.
        "points": ticks of the instrument for each unit of size, as brokers quote swaps.
        "lot": account currency for each lot (``Instrument.contract_size`` units).
    roll, tz : str
        Local time and zone at which a night is counted, every day from Monday to Friday.
    triple : str or None
        The day whose roll counts three nights, for the weekend: "wednesday", or "friday" for most indices; None: none.
    weekends : bool
        Whether Saturday and Sunday have a roll too, as markets do that never close; then `triple` must be None.
    year : float
        Nights to a year for "percent": 365, some brokers 360.

    Raises
    ------
    ParameterError
        If a rate is no finite number, or an option is none of its values.

    Examples
    --------
    >>> Financing(long=4.5, short=-1.0).triple
    'wednesday'
    >>> crypto = Financing(long=10, short=10, roll="00:00", tz="UTC", triple=None, weekends=True)
    """

    long: float
    short: float
    unit: str
    roll: str
    tz: str
    triple: str | None
    weekends: bool
    year: float

    def __init__(
        self,
        long: float = 0.0,
        short: float = 0.0,
        *,
        unit: str = "percent",
        roll: Any = "17:00",
        tz: Any = "America/New_York",
        triple: str | None = "wednesday",
        weekends: bool = False,
        year: float = 365.0,
    ) -> None:
        if unit not in UNITS:
            raise ParameterError(f"Financing: unit must be one of {', '.join(map(repr, UNITS))}, got {unit!r}")
        if triple is not None and triple not in DAYS:
            raise ParameterError(f"Financing: triple must be None or a day like 'wednesday', got {triple!r}")
        if not isinstance(weekends, bool):
            raise ParameterError(f"Financing: weekends must be True or False, got {weekends!r}")
        if weekends and triple is not None:
            raise ParameterError(
                "Financing: where weekends have rolls of their own no day counts three: give triple=None"
            )
        for name, value in {
            "long": finite("Financing", "long", long),
            "short": finite("Financing", "short", short),
            "unit": unit,
            "roll": clock_text(clock_ns("roll", roll)),
            "tz": zone_name(tz),
            "triple": triple,
            "weekends": weekends,
            "year": positive("Financing", "year", year),
        }.items():
            object.__setattr__(self, name, value)

    def rolls(self, timestamp: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(candles, nights), int64 [k]: the candles that are the first at or after a roll, and the nights up to each.

        `timestamp` are the open times of candles, int64 ns UTC; rolls up to the first of them do not count.
        """
        instants = self._instants(int(timestamp[0]), int(timestamp[-1]))
        nights = np.cumsum(self._nights(instants))
        candles = np.searchsorted(timestamp, instants)
        last = np.append(np.diff(candles) > 0, True)[
            : len(candles)
        ]  # of several rolls before one candle the last counts all
        return np.ascontiguousarray(candles[last]), np.ascontiguousarray(nights[last])

    def rolls_between(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """(rolls, nights), int64 [k]: the rolls after `first` up to `last`, ns UTC, and how many nights each counts."""
        instants = self._instants(first, last)
        return instants, self._nights(instants)

    def _instants(self, first: int, last: int) -> np.ndarray:
        """The rolls after `first` up to `last`, weekends too; ns UTC."""
        probes = np.arange(first, last + DAY_NS // 2, DAY_NS // 2)  # no day is shorter than that
        starts = Frame(DAY_NS, self.tz, clock_ns("roll", self.roll)).starts(probes)
        instants = np.unique(starts)
        return instants[(instants > first) & (instants <= last)]

    def _nights(self, instants: np.ndarray) -> np.ndarray:
        """How many nights each roll counts, by its local weekday."""
        changes, offsets = zone_table(self.tz)
        local = instants + offsets[np.searchsorted(changes, instants, side="right") - 1]
        weekday = (local // DAY_NS + THURSDAY) % 7
        nights = np.where((weekday >= SATURDAY) & (not self.weekends), 0, 1)
        if self.triple is not None:
            nights[weekday == DAYS.index(self.triple)] = 3
        return nights.astype(np.int64)
