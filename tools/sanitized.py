"""Runs Python on a core that was built with BTCORE_SANITIZE=1, with all that the sanitizers need.

    BTCORE_SANITIZE=1 python setup.py build --build-lib build/sanitized/lib
    python tools/sanitized.py -m pytest tests/operators
    python tools/sanitized.py tools/fuzz.py --minutes 10

Takes the core from build/sanitized/lib, or with ``--installed`` as first argument that of the environment. For gcc on
Linux. A finding ends the process with a report on standard error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "build" / "sanitized" / "lib"
# Python is not built with the sanitizers, so their libraries have to be there before it. libstdc++ is named because
# AddressSanitizer looks up what throws C++ exceptions when it starts, and libraries that use them are loaded later.
LIBRARIES = ("libasan.so", "libubsan.so", "libstdc++.so")
SETTINGS = {
    # detect_leaks=0: CPython and its libraries keep much until the process ends; the core's memory is freed in
    # __dealloc__. allocator_may_return_null=1: what asks for too much gets MemoryError, as without sanitizers.
    "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "PYTHONMALLOC": "malloc",  # Python's arrays get guarded memory of their own, not a part of a pool
    "PYTHONSAFEPATH": "1",  # the source tree has another core
    "BTCORE_SANITIZED": "1",  # tests/conftest.py leaves out what cannot run here
}


def library(name: str) -> str:
    """Where gcc has a library."""
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    path = found.stdout.strip()
    if not Path(path).is_absolute():
        sys.exit(f"gcc has no {name}")
    return path


def check_core(environment: dict[str, str]) -> None:
    """Stop where the core that Python would find has no sanitizers in it."""
    code = "import importlib.util; print(importlib.util.find_spec('btcore._core.engine').origin)"
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    core = Path(shown.stdout.strip())
    if b"__asan_init" not in core.read_bytes():
        sys.exit(f"{core} was built without BTCORE_SANITIZE=1")


def main() -> None:
    installed = sys.argv[1:2] == ["--installed"]
    arguments = sys.argv[1 + installed :]
    if not arguments:
        sys.exit(str(__doc__))
    environment = {**os.environ, **SETTINGS, "LD_PRELOAD": ":".join(map(library, LIBRARIES))}
    if not installed:
        environment["PYTHONPATH"] = os.pathsep.join([str(BUILT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    check_core(environment)
    os.execve(sys.executable, [sys.executable, *arguments], environment)


if __name__ == "__main__":
    main()
