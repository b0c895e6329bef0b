"""Prints a digest of the bits of every operator's values on fixed inputs, as JSON; two builds are compared by it."""

from __future__ import annotations

import hashlib
import json

from operators.cases import bits, cases, random_inputs

import btcore
from btcore._core.types import BLOCK
from btcore._core.windows import LEVEL
from btcore.program import evaluate

LENGTH = 3 * BLOCK + 517


def main() -> None:
    found = {"btcore": btcore.__file__, "level": LEVEL}
    for op, exprs in cases(*random_inputs(LENGTH, 5, gaps=True)).items():
        digest = hashlib.sha256()
        for values in evaluate(*exprs):
            digest.update(values if values.dtype == bool else bits(values))
        found[op] = digest.hexdigest()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
