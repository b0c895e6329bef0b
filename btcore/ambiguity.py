"""How much of a result hangs on what candles do not tell: one simulation under each mode of ambiguity, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

__all__ = ["FIGURES", "MATTERS", "Ambiguity"]

FIGURES = ("net", "trades", "win_rate", "ambiguous_share")
MATTERS = 0.1  # difference between the modes, as a share of the net profit, from which it is said to matter


@dataclass(frozen=True, repr=False)
class Ambiguity:
    """A simulation under every mode of ``Rules(ambiguity=...)`` (rule X2); see ``Result.ambiguity``.

    Attributes
    ----------
    mode : str
        The mode of the result that was asked.
    figures : mapping of str to mapping of str to float
        For each mode: ``net``, ``trades``, ``win_rate``, ``ambiguous_share``, as in ``result.stats``.

    Notes
    -----
    Worst and best are worse and better events, candle by candle. They do not bound the net profit: an early stop can
    spare a later gap, and what follows a trade depends on when it ended. So `lowest` and `highest` are of all modes.

    Examples
    --------
    >>> nets = {"worst": -3.0, "best": 5.0, "open_nearest": -3.0, "ohlc": 5.0, "olhc": -3.0}
    >>> share = {"trades": 1.0, "win_rate": 0.0, "ambiguous_share": 1.0}
    >>> found = Ambiguity("worst", {mode: {"net": net, **share} for mode, net in nets.items()})
    >>> found.lowest, found.highest, found.matters
    (('worst', -3.0), ('best', 5.0), True)
    >>> print(found.verdict)
    Profit or loss depends on what candles do not tell: the net is -3.00 under "worst" and 5.00 under "best".
    """

    mode: str
    figures: Mapping[str, Mapping[str, float]]

    @property
    def share(self) -> float:
        """Share of the result's own trades that are ambiguous; NaN without trades."""
        return self.figures[self.mode]["ambiguous_share"]

    @property
    def nets(self) -> dict[str, float]:
        """Net profit of each mode."""
        return {mode: figures["net"] for mode, figures in self.figures.items()}

    @property
    def lowest(self) -> tuple[str, float]:
        """The mode with the lowest net profit, the first of several, and that net profit."""
        return min(self.nets.items(), key=lambda pair: pair[1])

    @property
    def highest(self) -> tuple[str, float]:
        """The mode with the highest net profit, the first of several, and that net profit."""
        return max(self.nets.items(), key=lambda pair: pair[1])

    @property
    def difference(self) -> float:
        """Highest less lowest net profit."""
        return self.highest[1] - self.lowest[1]

    @property
    def turns_profit_into_loss(self) -> bool:
        """Whether some mode has a profit and another one has none."""
        return self.lowest[1] <= 0.0 < self.highest[1]

    @property
    def matters(self) -> bool:
        """Whether profit or loss depends on the mode, or the difference exceeds a tenth of the result's net profit."""
        return self.turns_profit_into_loss or self.difference > MATTERS * abs(self.nets[self.mode])

    @property
    def verdict(self) -> str:
        """One sentence on what hangs on the mode."""
        (low_mode, low), (high_mode, high) = self.lowest, self.highest
        nets = f'the net is {low:.2f} under "{low_mode}" and {high:.2f} under "{high_mode}"'
        if self.turns_profit_into_loss:
            return f"Profit or loss depends on what candles do not tell: {nets}."
        if self.matters:
            return f"The net profit depends on what candles do not tell: {nets}."
        if self.difference > 0.0:
            return f"Little depends on what candles do not tell: {nets}."
        return "Nothing depends on what candles do not tell: the net is the same in every mode."

    def to_polars(self) -> polars.DataFrame:
        """A frame with a row per mode: ``mode`` and the figures."""
        import polars

        return polars.DataFrame([{"mode": mode, **figures} for mode, figures in self.figures.items()])

    def __repr__(self) -> str:
        lines = [f"{'mode':<14}{'net':>14}{'trades':>9}{'win rate':>10}{'ambiguous':>11}"]
        for mode, figures in self.figures.items():
            net, trades, wins, share = (figures[name] for name in FIGURES)
            name = mode + (" *" if mode == self.mode else "")
            lines.append(f"{name:<14}{net:>14.2f}{trades:>9.0f}{wins:>10.3f}{share:>11.3f}")
        return "\n".join([*lines, self.verdict])
