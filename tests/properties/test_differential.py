"""The compiled engine equals the plain twin bit for bit on seeded random cases (rule P6)."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from reference.codes import EntryKind, ExitReason, RejectReason

from btcore._core.types import BLOCK, ZONE
from btcore.rules import AMBIGUITY_MODES
from properties.differential import CASES_PER_GROUP, check_group, group_of, groups_for, run_compiled
from properties.generator import random_group

CASES = 50_000


@pytest.mark.parametrize("seed", range(groups_for(CASES)))
def test_engine_equals_twin(seed):
    _, _, report = check_group(seed)
    assert not report, "\n".join(report)


def test_the_random_cases_reach_every_outcome():
    """The comparison is worth what its cases cover: every kind, reason and rejection that this version knows."""
    kinds, reasons, rejections, ambiguous, parts, replayed = set(), set(), set(), Counter(), Counter(), 0
    for seed in range(8):
        group = random_group(seed, CASES_PER_GROUP)
        for case, (rows, rejected, _) in zip(group.cases, run_compiled(group), strict=True):
            kinds |= set(rows["entry_kind"].tolist())
            reasons |= set(rows["exit_reason"].tolist())
            rejections |= set(rejected)
            again = rows[np.isin(rows["parent"], np.flatnonzero(np.bincount(rows["parent"]) > 1))]
            parts.update(again["exit_reason"].tolist())
            ambiguous.update((case.arguments["rules"].ambiguity, e) for e in rows["exit_reason"][rows["ambiguous"]])
            at_once = rows["exit_reason"][rows["exit_index"] == rows["entry_index"]]
            replayed += np.isin(at_once, [ExitReason.SL_GAP, ExitReason.TP_GAP]).sum()  # gaps between finer candles
    assert kinds == {int(kind) for kind in EntryKind}
    assert reasons == {int(reason) for reason in ExitReason}
    assert rejections == {reason.name for reason in RejectReason}
    assert parts.keys() >= {ExitReason.TP, ExitReason.TP_GAP, ExitReason.SL, ExitReason.TRAIL, ExitReason.TIME}
    assert sum(parts.values()) > 200
    assert ambiguous["worst", ExitReason.SL] > 30
    assert all(ambiguous[mode, ExitReason.TP] > 5 for mode in AMBIGUITY_MODES[1:])
    assert replayed > 10


def test_the_long_cases_hold_positions_over_zones_and_blocks():
    held = np.concatenate([rows["bars"] for seed in range(19, 1000, 20) for rows, _, _ in run_compiled(group_of(seed))])
    assert sum(held > 4 * ZONE) > 20
    assert max(held) > BLOCK / 2
