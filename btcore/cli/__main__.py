"""``python -m btcore.cli`` is the command ``btcore``."""

from __future__ import annotations

import sys

from btcore.cli.app import main

sys.exit(main())
