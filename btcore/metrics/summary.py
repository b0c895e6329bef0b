"""All statistics of one simulation as one mapping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from btcore.metrics.equity import equity_figures
from btcore.metrics.fills import fill_figures
from btcore.metrics.returns import return_figures
from btcore.metrics.trades import trade_figures

__all__ = ["FAMILIES", "STATISTICS", "summary"]

Totals = Mapping[str, float]

FAMILIES: tuple[Callable[[Totals, int], dict[str, float]], ...] = (
    trade_figures,
    equity_figures,
    return_figures,
    fill_figures,
)


def summary(totals: Totals, closes: int) -> dict[str, float]:
    """Every figure of every family, by name.

    Parameters
    ----------
    totals : mapping
        ``Driver.totals()``.
    closes : int
        Candles in the evaluation window.
    """
    figures: dict[str, float] = {}
    for family in FAMILIES:
        figures.update(family(totals, closes))
    return figures


STATISTICS = tuple(summary(defaultdict(lambda: 1.0), 1))  # names, in their order
