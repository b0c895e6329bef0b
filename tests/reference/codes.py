"""Names and codes of exit reasons, entry kinds and reject reasons: the one thing shared with the compiled engine."""

from __future__ import annotations

from btcore._core.types import EntryKind, ExitReason, RejectReason

__all__ = ["EntryKind", "ExitReason", "RejectReason"]
