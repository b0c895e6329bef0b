"""Statistics of a simulation, from the totals that the core gathers; a file per family, joined by ``summary``."""

from btcore.metrics.summary import FAMILIES, summary

__all__ = ["FAMILIES", "summary"]
