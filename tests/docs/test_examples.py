"""Python blocks of the pages run, in order and as one program, and print what the pages show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docs.pages import PAGES, ROOT, blocks, named

RUNNING = [page for page in PAGES if blocks(page, "python")]


@pytest.mark.parametrize("page", RUNNING, ids=named)
def test_examples_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTCORE_CACHE", str(tmp_path / "cache"))
    program: dict[str, Any] = {}
    for number, source in enumerate(blocks(page, "python"), 1):
        exec(compile(source, f"{named(page)}, example {number}", "exec"), program)
    printed = capsys.readouterr().out
    for shown in blocks(page, "text"):
        assert shown in printed


def test_the_pages_with_examples_are_found() -> None:
    expected = {"README.md", "docs/candles.md", "docs/indicators.md", "docs/quick-start.md", "docs/strategies.md"}
    assert {page.relative_to(ROOT).as_posix() for page in RUNNING} >= expected
