"""Statistics of a simulation, from the totals that the core gathers; a file per family, joined by ``summary``."""

from btcore.metrics.summary import FAMILIES, STATISTICS, summary

__all__ = ["FAMILIES", "STATISTICS", "summary"]
