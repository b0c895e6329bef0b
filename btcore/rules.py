"""Which of the fill rules' options a simulation uses. A value; the rules themselves are in ``_core/fills.pyx``."""

from __future__ import annotations

import numbers
from dataclasses import dataclass

from btcore._core.types import AmbiguityMode
from btcore.candles import Candles
from btcore.errors import ParameterError

__all__ = ["AMBIGUITY_MODES", "RULES_VERSION", "Rules"]

RULES_VERSION = 1
AMBIGUITY_MODES = tuple(mode.name.lower() for mode in AmbiguityMode)


@dataclass(frozen=True)
class Rules:
    """Options of the fill rules; the defaults are the documented standard.

    Parameters
    ----------
    ambiguity : {"worst", "best", "open_nearest", "ohlc", "olhc"}
        Which outcome is booked where a candle leaves several open (rules X2, X5): the worst, the best, or that of a
        path of straight lines through its extremes: the one nearer to the open first, the high first, or the low first.
    limit_gap : {"open", "limit"}
        Where a limit entry or a target that rested before fills when the candle opens beyond it (rules E2, X1).
    limit_through_ticks : int
        How many ticks beyond its price a limit entry or a target must be reached to fill (rule E2).
    magnify : Candles, optional
        Finer candles of the same instrument: a candle that they make up is replayed by them (rule X2), and `ambiguity`
        decides only what one of them leaves open. Quote, tick, symbol and kind of ask side are those of the candles.

    Raises
    ------
    ParameterError
        If an option has another value.

    Examples
    --------
    >>> Rules(limit_through_ticks=1)
    Rules(ambiguity='worst', limit_gap='open', limit_through_ticks=1, magnify=None)
    """

    ambiguity: str = "worst"
    limit_gap: str = "open"
    limit_through_ticks: int = 0
    magnify: Candles | None = None

    def __post_init__(self) -> None:
        if self.ambiguity not in AMBIGUITY_MODES:
            raise ParameterError(
                f"Rules: ambiguity must be one of {', '.join(map(repr, AMBIGUITY_MODES))}, got {self.ambiguity!r}"
            )
        if self.limit_gap not in ("open", "limit"):
            raise ParameterError(f"Rules: limit_gap must be 'open' or 'limit', got {self.limit_gap!r}")
        ticks = self.limit_through_ticks
        if isinstance(ticks, bool) or not isinstance(ticks, numbers.Integral) or ticks < 0:
            raise ParameterError(f"Rules: limit_through_ticks must be a whole number >= 0, got {ticks!r}")
        object.__setattr__(self, "limit_through_ticks", int(ticks))
        if self.magnify is not None and not isinstance(self.magnify, Candles):
            raise ParameterError(f"Rules: magnify must be Candles, finer ones, got {type(self.magnify).__name__}")
