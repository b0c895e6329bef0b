"""By how much market and stop fills are worse than their price (rule S1): models beside a plain number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from btcore.costs.checks import not_negative, whole

MOST_TICKS = 2**31 - 1
MOST_SEED = 2**64 - 1


@dataclass(frozen=True)
class TickSlippage:
    """A number of ticks of the instrument, rounded up to what the grid allows (whole ticks; half ticks of mid quotes).

    Raises
    ------
    ParameterError
        If it is negative, NaN or infinite.

    Examples
    --------
    >>> TickSlippage(2)
    TickSlippage(ticks=2.0)
    """

    ticks: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "ticks", not_negative("TickSlippage", "ticks", self.ticks))


@dataclass(frozen=True)
class PercentSlippage:
    """A percentage of the price of the fill before slippage, rounded up to a tick: ``0.01`` is 0.01 %.

    Raises
    ------
    ParameterError
        If it is negative, NaN or infinite.

    Examples
    --------
    >>> PercentSlippage(0.01)
    PercentSlippage(percent=0.01)
    """

    percent: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "percent", not_negative("PercentSlippage", "percent", self.percent))


@dataclass(frozen=True)
class RangeSlippage:
    """A share of the range of the candle on which the fill happens, rounded up to a tick.

    The range is high - low of the side that fills: entries on the side they enter at, exits on the side they leave at.
    It is known when the candle is over, later than the fill: this models a cost and decides nothing. (The size of a
    market order that depends on its entry price depends on that cost with it.)

    Raises
    ------
    ParameterError
        If it is negative, NaN or infinite.

    Examples
    --------
    >>> RangeSlippage(0.1)
    RangeSlippage(fraction=0.1)
    """

    fraction: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "fraction", not_negative("RangeSlippage", "fraction", self.fraction))


@dataclass(frozen=True)
class RandomSlippage:
    """Whole ticks from 0 to `ticks`, each as likely, from a hash: the same fill slips the same in every run.

    The ticks of a fill are ``h(h(h(seed) ^ candle) ^ (2 * parent + leaving)) mod (ticks + 1)``, in whole numbers of
    64 bits: ``h`` is splitmix64, `candle` the index of the fill's candle among the candles that were given (whatever
    the evaluation window), `parent` that of the trade, `leaving` 1 for an exit and 0 for an entry. A fill of the same
    candle, position and seed slips the same in any window, prefix, order and number of workers. Candles that start
    elsewhere (a slice) have other indices, and other slippage.

    ``h(x)`` is, modulo 2^64: ``x += 0x9E3779B97F4A7C15; x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB; x ^ x >> 31``. Source: S. Vigna, splitmix64.c.

    Raises
    ------
    ParameterError
        If `ticks` is no whole number from 0 to 2^31 - 1, or `seed` none from 0 to 2^64 - 1.

    Examples
    --------
    >>> RandomSlippage(3, seed=7)
    RandomSlippage(ticks=3, seed=7)
    """

    ticks: int
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "ticks", whole("RandomSlippage", "ticks", self.ticks, 0, MOST_TICKS))
        object.__setattr__(self, "seed", whole("RandomSlippage", "seed", self.seed, 0, MOST_SEED))


MODELS = TickSlippage, PercentSlippage, RangeSlippage, RandomSlippage


def checked_slippage(slippage: Any) -> Any:
    """A number of price units as a float, or one of the models."""
    return slippage if isinstance(slippage, MODELS) else not_negative("Costs", "slippage", slippage)
