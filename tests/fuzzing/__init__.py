"""Random input for everything public: arrays, windows, states, files, strategies. ``tools/fuzz.py`` runs it for long.

An **area** is a function ``play(rng) -> int`` that tries something with what a seed draws and returns how many cases
that were. What btcore refuses it refuses with an error of its own (``BtcoreError``); any other exception is a finding,
as is a value that differs from one that must be equal, and whatever the sanitizers report.
"""

from __future__ import annotations

import random

from fuzzing import files, operators, simulations, states

__all__ = ["AREAS", "play"]

AREAS = {
    "operators": operators.play,
    "indicators": operators.play_indicators,
    "streams": states.play_streams,
    "saved sessions": states.play_sessions,
    "files": files.play,
    "simulations": simulations.play,
    "extremes": simulations.play_extremes,
    "live": simulations.play_live,
}


def play(seed: int) -> tuple[str, int]:
    """The area of a seed and how many cases it tried."""
    area = list(AREAS)[seed % len(AREAS)]
    return area, AREAS[area](random.Random(seed))
