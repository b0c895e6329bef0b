"""Translate every compiled module afresh and fail on any "performance hint" of Cython.

A hint marks a call that takes the GIL or checks for exceptions where it need not: ten times slower in an inner loop.
Usage: python tools/cython_hints.py [LOG]. With LOG, read that build log instead of translating.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRANSLATE = "import sys, setup; setup.cythonized(sys.argv[1], force=True)"


def translation_log() -> str:
    """Everything Cython prints while it translates the modules of setup.py."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", TRANSLATE, folder],
            cwd=ROOT,
            env={**os.environ, "BTCORE_BUILD_JOBS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"{done.stdout}\nCython failed")
    return done.stdout


def main() -> None:
    """Print the hints and exit with 1 when there are any."""
    log = Path(sys.argv[1]).read_text() if len(sys.argv) > 1 else translation_log()
    hints = [line for line in log.splitlines() if "performance hint" in line]
    if hints:
        sys.exit("\n".join([*hints, f"{len(hints)} performance hints; declare the functions `noexcept` or `except`"]))
    print("no performance hints")


if __name__ == "__main__":
    main()
