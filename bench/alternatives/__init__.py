"""Signals and levels of the baseline's strategy from whole arrays, by one tool each.

A file per tool: ``PACKAGE``, ``CANNOT`` (what it cannot do, in a sentence) and ``signals`` from candles to where an
entry is wanted and how far stop and target lie. ``python -m bench.alternatives [--quick] [--out FILE]`` measures them.
"""
