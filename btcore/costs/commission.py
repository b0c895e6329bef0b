"""Commission of a fill (rule S2)."""

from __future__ import annotations

from dataclasses import dataclass

from btcore.costs.checks import not_negative


@dataclass(frozen=True)
class Commission:
    """Commission of one fill, in account currency (rule S2). An entry is one fill and so is each exit.

    Parameters
    ----------
    per_trade : float
        Amount for each fill, whatever its size.
    per_unit : float
        Amount for each unit of size.
    per_lot : float
        Amount for each lot; a lot is ``Instrument.contract_size`` units.
    percent : float
        Percent of the notional (fill price times size): ``0.1`` is 0.1 %.
    minimum : float
        Least commission of a fill, applied after the other parts.

    Raises
    ------
    ParameterError
        If a part is negative, NaN or infinite.

    Examples
    --------
    >>> Commission(per_lot=3.5, minimum=1.0).per_lot
    3.5
    """

    per_trade: float = 0.0
    per_unit: float = 0.0
    per_lot: float = 0.0
    percent: float = 0.0
    minimum: float = 0.0

    def __post_init__(self) -> None:
        for name in ("per_trade", "per_unit", "per_lot", "percent", "minimum"):
            object.__setattr__(self, name, not_negative("Commission", name, getattr(self, name)))
