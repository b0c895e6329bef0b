"""What is chosen by the processor gives the bits of what runs on any."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from btcore._core.windows import LEVEL

FOLDER = Path(__file__).resolve().parent


def digests(cpu: str) -> dict[str, str]:
    """Digests of the values of all operators, and the level, from a process with this ``BTCORE_CPU``."""
    path = os.pathsep.join(filter(None, [str(FOLDER.parent), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, str(FOLDER / "digests.py")],
        env={**os.environ, "PYTHONPATH": path, "BTCORE_CPU": cpu},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_the_baseline_has_the_same_bits() -> None:
    plain, chosen = digests("baseline"), digests("")
    assert plain.pop("level") == "baseline"
    assert chosen.pop("level") in ("avx2", "baseline")
    assert plain == chosen


def test_the_level_is_one_of_two() -> None:
    assert LEVEL in ("avx2", "baseline")
