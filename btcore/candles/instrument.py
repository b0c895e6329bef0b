"""What is traded: the facts about an instrument that do not change from candle to candle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from btcore.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Instrument:
    """A traded instrument.

    Parameters
    ----------
    symbol : name of the instrument, may be empty
    tick : smallest price step, in price units; None where it is to be inferred from prices
    quote_currency : currency of prices and of profit
    contract_size : units of the instrument in one lot
    lot_step : sizes are floored to a multiple of this many units; 0: sizes are not floored
    lot_min : smallest size in units; below it an order is rejected; 0: no smallest size
    pip : size of one pip in price units; None where the instrument has no pips

    Raises
    ------
    ParameterError : a value that is not a finite number in its range.

    Examples
    --------
    >>> Instrument("EURUSD", tick=1e-5, pip=1e-4, contract_size=100_000, lot_step=1_000, lot_min=1_000).symbol
    'EURUSD'
    """

    symbol: str = ""
    tick: float | None = None
    quote_currency: str = "USD"
    contract_size: float = 1.0
    lot_step: float = 0.0
    lot_min: float = 0.0
    pip: float | None = None

    def __post_init__(self) -> None:
        for name in ("symbol", "quote_currency"):
            if not isinstance(getattr(self, name), str):
                raise ParameterError(f"Instrument {name} must be text, got {getattr(self, name)!r}")
        for name, smallest_allowed in (("contract_size", False), ("lot_step", True), ("lot_min", True)):
            self._store_number(name, zero_allowed=smallest_allowed)
        for name in ("tick", "pip"):
            if getattr(self, name) is not None:
                self._store_number(name, zero_allowed=False)

    def _store_number(self, name: str, *, zero_allowed: bool) -> None:
        value = getattr(self, name)
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ParameterError(f"Instrument {name} must be a number, got {value!r}") from None
        if not math.isfinite(number) or number < 0.0 or (number == 0.0 and not zero_allowed):
            bound = ">= 0" if zero_allowed else "> 0"
            raise ParameterError(f"Instrument {name} must be finite and {bound}, got {value!r}")
        object.__setattr__(self, name, number)
