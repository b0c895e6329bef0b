"""Builds the compiled core. Everything else about the package is in pyproject.toml.

Environment:
    BTCORE_ARCH=LEVEL      for processors of this level, e.g. x86-64-v3 (default: any x86-64); the bits stay the same
    BTCORE_DEBUG=1         debug flavour: -O0 -g, bounds, wraparound and initialisation checks on
    BTCORE_SANITIZE=1      sanitized flavour: -O1 -g with AddressSanitizer and UndefinedBehaviorSanitizer, for gcc on
                           Linux; it runs under tools/sanitized.py
    BTCORE_BUILD_JOBS=N    parallel processes for Cython and the C compiler (default: all CPUs)
"""

from __future__ import annotations

import glob
import os
import sys

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

# One line per compiled module, sources by the same name under btcore/_core/.
EXTENSIONS = [
    "answers",
    "asked",
    "band",
    "booking",
    "callbacks",
    "changes",
    "checks",
    "conditions",
    "copies",
    "decisions",
    "deviations",
    "elementwise",
    "engine",
    "entries",
    "events",
    "fills",
    "holdings",
    "ladders",
    "latest",
    "levels",
    "magnify",
    "margin",
    "market",
    "money",
    "order",
    "outcomes",
    "paths",
    "pipeline",
    "quantiles",
    "ranks",
    "recent",
    "recursions",
    "script",
    "session",
    "statistics",
    "stream",
    "synthetic",
    "timed",
    "timeframes",
    "times",
    "types",
    "windows",
    "windows_avx2",
    "zones",
]

# What the generated C of a module includes: a change there compiles it again.
INCLUDING = ("band", "conditions", "quantiles", "ranks", "recursions", "timed", "windows", "windows_avx2", "zones")
HEADERS = dict.fromkeys(INCLUDING, sorted(glob.glob("btcore/_core/*.h")))

DEBUG = os.environ.get("BTCORE_DEBUG", "0") == "1"
SANITIZE = os.environ.get("BTCORE_SANITIZE", "0") == "1"
# float-cast-overflow is not part of "undefined": a double beyond int64 that becomes one. Division by 0.0 is IEEE here.
SANITIZERS = ["-fsanitize=address,undefined,float-cast-overflow"] if SANITIZE else []
ARCH = os.environ.get("BTCORE_ARCH", "")
JOBS = int(os.environ.get("BTCORE_BUILD_JOBS") or os.cpu_count() or 1)
# Flavours never share files: neither cythonize nor build_ext sees that only flags have changed.
FLAVOUR = "sanitized" if SANITIZE else "debug" if DEBUG else "release"
BUILD_BASE = f"build/{FLAVOUR}{ARCH and '-' + ARCH}"

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": DEBUG,
    "wraparound": DEBUG,
    "initializedcheck": DEBUG,
    "nonecheck": False,
    "cdivision": True,
    "embedsignature": True,
}


def compile_flags() -> list[str]:
    """Flags that keep results equal on every machine: no fused multiply-add, no fast-math; any x86-64 unless asked."""
    if sys.platform == "win32":
        return ["/Od", "/Zi", "/fp:precise"] if DEBUG else ["/O2", "/fp:precise"]
    level = [f"-march={ARCH}"] if ARCH else []
    speed = {"debug": ["-O0", "-g"], "sanitized": ["-O1", "-g", "-fno-omit-frame-pointer", "-fno-wrapv"]}.get(
        FLAVOUR, ["-O3", "-g0"]
    )
    return [*speed, *SANITIZERS, "-ffp-contract=off", "-fno-math-errno", *level]


def extensions() -> list[Extension]:
    """One Extension per name in EXTENSIONS."""
    return [
        Extension(
            f"btcore._core.{name}",
            [f"btcore/_core/{name}.pyx"],
            include_dirs=[numpy.get_include(), "btcore/_core"],
            depends=HEADERS.get(name, []),
            define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
            extra_compile_args=compile_flags(),
            extra_link_args=SANITIZERS,
        )
        for name in EXTENSIONS
    ]


def cythonized(build_dir: str = f"{BUILD_BASE}/cython", *, force: bool = False) -> list[Extension]:
    """Translate to C where a source, or a .pxd it uses, is newer than the C file in `build_dir`."""
    if not EXTENSIONS:
        return []
    return cythonize(
        extensions(),
        build_dir=build_dir,
        compiler_directives=DIRECTIVES,
        nthreads=JOBS if JOBS > 1 else 0,
        force=force,
    )


if __name__ == "__main__":
    setup(
        ext_modules=cythonized(),
        options={"build": {"build_base": BUILD_BASE}, "build_ext": {"parallel": JOBS}},
    )
