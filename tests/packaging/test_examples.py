"""The examples in docstrings run and give what they show."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import btcore

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FOUND = sorted(module.name for module in pkgutil.walk_packages(btcore.__path__, "btcore."))
MODULES = ["btcore", *(name for name in FOUND if not name.endswith(".__main__"))]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert failures == 0, f"{name}: see the captured output"
