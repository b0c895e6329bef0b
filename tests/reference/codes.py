"""Names and codes, of exit reasons, interpolations and so on: the one thing shared with the compiled engine."""

from __future__ import annotations

from btcore._core.types import INTERPOLATIONS, RANK_METHODS, RANK_PERCENT, EntryKind, ExitReason, RejectReason

__all__ = ["INTERPOLATIONS", "RANK_METHODS", "RANK_PERCENT", "EntryKind", "ExitReason", "RejectReason"]
