"""Settings of the whole test run: hypothesis profiles, and skips that CI does not tolerate.

With BTCORE_STRICT_SKIPS=1 a skip counts as a failure unless tests/allowed_skips.txt names it. With BTCORE_SANITIZED=1,
which tools/sanitized.py sets, tests that tests/not_sanitized.txt names are left out.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import settings

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")
NOT_SANITIZED = Path(__file__).with_name("not_sanitized.txt")
SANITIZED = os.environ.get("BTCORE_SANITIZED") == "1"
STRICT_SKIPS = os.environ.get("BTCORE_STRICT_SKIPS") == "1"

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def allowed_patterns(text: str) -> list[str]:
    """The node id patterns of a file of tests: first word of each line that is no comment."""
    lines = (line.strip() for line in text.splitlines())
    return [line.split("  ")[0].strip() for line in lines if line and not line.startswith("#")]


def refuse_skip(report: pytest.CollectReport | pytest.TestReport) -> None:
    """Turn a skip that is not on the list into a failure that repeats its reason."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    patterns = allowed_patterns(ALLOWED_SKIPS.read_text(encoding="utf-8"))
    if any(fnmatchcase(report.nodeid, pattern) for pattern in patterns):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: skip is not in {ALLOWED_SKIPS.name} ({reason})"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run with sanitizers."""
    if not SANITIZED:
        return
    patterns = allowed_patterns(NOT_SANITIZED.read_text(encoding="utf-8"))
    left_out = [item for item in items if any(fnmatchcase(item.nodeid, pattern) for pattern in patterns)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Apply the list of allowed skips to tests."""
    report = yield
    if STRICT_SKIPS:
        refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Apply the list of allowed skips to modules that skip themselves."""
    report = yield
    if STRICT_SKIPS:
        refuse_skip(report)
    return report
