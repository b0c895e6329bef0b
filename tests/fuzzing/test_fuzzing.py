"""Every area of the random input, a few seeds each; ``tools/fuzz.py`` plays on."""

from __future__ import annotations

import pytest

from fuzzing import AREAS, play


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(4 * len(AREAS)))
def test_random_input(seed: int) -> None:
    area, cases = play(seed)
    assert area in AREAS
    assert cases >= 0
