"""The command line inside this process and as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from btcore.cli import main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "btcore.cli"]


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty folder to work in, with a cache of its own, the examples, and no terminal settings from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "examples").mkdir()
    for example in (ROOT / "examples").glob("*.*"):
        (tmp_path / "examples" / example.name).write_bytes(example.read_bytes())
    return tmp_path


@pytest.fixture
def btcore(capsys):
    """Run a command line in this process."""

    def run(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def process():
    """Run a command line as a process of its own."""

    def run(*arguments, **environment):
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **environment},
            timeout=120,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def strategy_file(place):
    """Write a file with a strategy; gives its name."""

    def write(text, name="mine.py"):
        (place / name).write_text("import btcore as bt\n" + text, encoding="utf-8")
        return name

    return write
