"""The examples of docs/candles.md run, in order and in one folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "candles.md"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTCORE_CACHE", str(tmp_path / "cache"))
    page = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), {})
    shown = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    printed = capsys.readouterr().out
    assert len(examples) > 5
    assert shown and all(text in printed for text in shown)
