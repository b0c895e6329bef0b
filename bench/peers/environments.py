"""Python environments of the peers, in a cache folder outside the repository, made from the pinned requirements."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

REQUIREMENTS = Path(__file__).parent
VERSION = "3.12"  # the newest Python that all peers support


def cache() -> Path:
    """``BTCORE_BENCH_CACHE``, or btcore-bench in the user's cache folder."""
    given = os.environ.get("BTCORE_BENCH_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "btcore-bench"


def find_python(given: str | None = None) -> str | None:
    """An interpreter of ``VERSION``: the given one, one on PATH, or one of pyenv; None where there is none."""
    folders = sorted((Path.home() / ".pyenv" / "versions").glob(f"{VERSION}.*/bin"), reverse=True)
    found = [given, shutil.which(f"python{VERSION}"), *(str(folder / f"python{VERSION}") for folder in folders)]
    for python in filter(None, found):
        asked = [python, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == VERSION:
            return python
    return None


def environment(name: str, python: str) -> str:
    """The interpreter of the environment of requirements-NAME.txt; it is made where it is not there yet."""
    return made(name, REQUIREMENTS / f"requirements-{name}.txt", python)


def made(name: str, requirements: Path, python: str, over: str = "") -> str:
    """The interpreter of an environment with these requirements; it is made where it is not there yet.

    `over` is Python code that runs when the environment starts, such as one that adds packages of another one.
    """
    digest = hashlib.blake2b(requirements.read_bytes() + over.encode(), digest_size=4).hexdigest()
    folder = cache() / f"{name}-{digest}"
    interpreter = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"making the environment of {name} in {folder}", flush=True)
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        pip = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        subprocess.run(pip, check=True)
        if over:
            (site_packages,) = folder.glob("lib/python*/site-packages")
            (site_packages / "over.pth").write_text(over + "\n")
        (folder / "complete").touch()
    return str(interpreter)


def over_this_one(name: str, requirements: Path) -> str:
    """An environment that has what this interpreter has, and these requirements."""
    folders = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    added = "; ".join(f"site.addsitedir({folder!r})" for folder in folders)
    return made(name, requirements, sys.executable, f"import site; {added}")
