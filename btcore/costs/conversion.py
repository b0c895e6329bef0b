"""Profit in the currency of the account (rule S5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from btcore.candles import Candles
from btcore.costs.checks import per_candle, positive
from btcore.errors import ParameterError

LETTERS = 6  # of a pair like EURUSD


@dataclass(frozen=True, eq=False)
class Conversion:
    """Rates from the candles of a currency pair: units of account currency for one unit of quote currency.

    The rate of a candle is the last price of the pair that is known when the candle opens: the close of the pair's last
    candle that is over by then, or the open of the one that is running (so that of one which opens then, too).

    Parameters
    ----------
    candles : Candles
        Of the pair; prices as quoted.
    inverse : bool
        False: the pair's price is account currency for one unit of quote currency (GBPUSD for quotes in GBP and an
        account in USD). True: the other way round, and 1 / price is the rate (USDJPY for quotes in JPY).

    Raises
    ------
    ParameterError
        If `candles` are no Candles, or `inverse` is not True or False.

    Examples
    --------
    >>> pair = Candles([0, 60_000_000_000], [150.0, 151.0], [151.5, 152.0], [149.5, 150.5], [151.0, 151.5])
    >>> Conversion(pair, inverse=True).inverse
    True
    """

    candles: Candles
    inverse: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.candles, Candles):
            raise ParameterError(f"Conversion: candles must be Candles, got {type(self.candles).__name__}")
        if not isinstance(self.inverse, bool):
            raise ParameterError(f"Conversion: inverse must be True or False, got {self.inverse!r}")

    def rates(self, timestamp: np.ndarray) -> np.ndarray:
        """float64 [n]: the rate of candles that open at these times, int64 ns UTC; NaN before the pair's first."""
        pair = self.candles
        last = np.searchsorted(pair.timestamp, timestamp, side="right") - 1
        found = np.maximum(last, 0)
        over = (pair.duration > 0) & (pair.timestamp[found] + pair.duration <= timestamp)
        prices = np.where(over, pair.close[found], pair.open[found])
        return np.where(last >= 0, 1.0 / prices if self.inverse else prices, np.nan)

    def check_pair(self, quote: str, account: str) -> None:
        """Raise ParameterError where the symbol of the candles says that the price is the other way round."""
        symbol = "".join(letter for letter in self.candles.symbol.upper() if letter.isalpha())
        wrong = quote + account if self.inverse else account + quote
        if len(symbol) == LETTERS and symbol == wrong.upper():
            raise ParameterError(
                f"Conversion: {self.candles.symbol} with inverse={self.inverse} would turn {quote} into {account} the "
                f"wrong way round: give Conversion(candles, inverse={not self.inverse})"
            )


def checked_conversion(conversion: Any) -> float | np.ndarray | Conversion:
    """A number above 0, a read-only float64 array with a value per candle, or a Conversion."""
    if isinstance(conversion, Conversion):
        return conversion
    if isinstance(conversion, Candles):
        return Conversion(conversion)
    if np.ndim(conversion) == 0:
        return positive("Costs", "conversion", conversion)
    values = per_candle("Costs", "conversion", conversion)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if len(wrong):
        raise ParameterError(
            f"Costs: {len(wrong)} conversion rates are not above 0 or not finite, first at candle {wrong[0]}: "
            f"{float(values[wrong[0]])!r}"
        )
    return values
