"""The order of imports where import-linter cannot look: in the compiled core."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "btcore" / "_core"
SOURCES = sorted([*CORE.glob("*.pyx"), *CORE.glob("*.pxd")])
IMPORT = re.compile(r"^\s*(?:from|c?import)\s+(btcore[\w.]*|\.[\w.]*)(?:\s+c?import\s+(\w+))?", re.MULTILINE)


def imported(text):
    """Modules of btcore that a Cython source imports or cimports, written out in full."""
    for module, name in IMPORT.findall(text):
        if module == "btcore":
            yield f"btcore.{name}"
        elif module.startswith("."):
            yield f"btcore._core{module if module != '.' else '.' + name}"
        else:
            yield module


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_core_imports_only_itself_and_errors(source):
    above = {
        module
        for module in imported(source.read_text(encoding="utf-8"))
        if module != "btcore.errors" and not module.startswith("btcore._core")
    }
    assert above == set()


def test_there_is_a_core():
    assert SOURCES
