"""The command line: parses, calls, prints. Nothing else imports it."""

from __future__ import annotations

from btcore.cli.app import app, main

__all__ = ["app", "main"]
