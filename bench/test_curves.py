"""The picture of what batches cost shows each measured point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from bench.curves import drawn, serial

RESULTS = Path(__file__).parent / "results" / "batch.json"


def test_the_picture_has_two_curves_and_changes_with_its_rows():
    rows = json.loads(RESULTS.read_text())["rows"]
    picture = drawn(rows)
    assert picture.startswith("<?xml") and "1 to 1,000 simulations" in picture and "seconds, 50 simulations" in picture
    for row in serial(rows):
        changed = [{**other, "seconds": other["seconds"] + 1.0} if other is row else other for other in rows]
        assert drawn(changed) != picture, row
