"""Names of exit reasons, entry kinds and reject reasons; their codes are the compiled engine's own."""

from __future__ import annotations

from enum import IntEnum

ExitReason = IntEnum(
    "ExitReason",
    "SL SL_GAP SL_AT_ENTRY TP TP_GAP TP_AT_ENTRY TRAIL TRAIL_GAP SIGNAL TIME SESSION LIQUIDATED END_OF_DATA",
    start=0,
)
EntryKind = IntEnum("EntryKind", "MARKET STOP LIMIT", start=0)
RejectReason = IntEnum(
    "RejectReason",
    "NO_NEXT_BAR IN_POSITION CONFLICT NAN_LEVEL WRONG_SIDE SIZE_BELOW_MIN REPLACED EXPIRED UNFILLED",
    start=0,
)
