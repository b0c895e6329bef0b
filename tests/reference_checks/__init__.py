"""Checks of the reference twin itself, worked by hand from the fill rules."""

from __future__ import annotations
