"""Margin and its stop-out (rule S6)."""

from __future__ import annotations

from dataclasses import dataclass

from btcore.costs.checks import not_negative, positive


@dataclass(frozen=True)
class Margin:
    """Margin: positions are liquidated where the equity falls to a share of the margin that they use.

    Parameters
    ----------
    leverage : float
        The margin used is the notional at entry of all open positions, in account currency, divided by this.
    stop_out : float
        Share of the margin used: at this equity or below, all positions leave (LIQUIDATED). ``0.5`` is 50 %; 0 where
        the equity is used up.

    Raises
    ------
    ParameterError
        If `leverage` is not above 0, `stop_out` is negative, or one of them is not finite.

    Examples
    --------
    >>> Margin(leverage=30)
    Margin(leverage=30.0, stop_out=0.5)
    """

    leverage: float
    stop_out: float = 0.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "leverage", positive("Margin", "leverage", self.leverage))
        object.__setattr__(self, "stop_out", not_negative("Margin", "stop_out", self.stop_out))
