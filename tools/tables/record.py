"""Write what one scikit-learn made of random tables: documents, rows and the values of its own `transform`.

    PYTHONPATH=FOLDER_WITH_ANOTHER_SCIKIT_LEARN python -m tools.tables.record recorded.json.gz

Entries of the same version are replaced, those of others stay. Replayed by tests/parity/tables/test_recorded_tables.py.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import sklearn
from tools.tables.cases import case

from truecopy_export.recipes.importer import import_recipe

CASES = range(75)


def entry(number: int) -> dict[str, Any]:
    """values: float64, little-endian, (rows, features), before any cast."""
    made = case(number)
    recipe = import_recipe(
        made.fitted,
        module=None,
        architecture=None,
        arguments=None,
        pass_order="horizontal",
        options=made.options,
    )
    values = recipe.original(made.rows)
    assert values.dtype.kind in "fiub"
    return {
        "version": sklearn.__version__,
        "case": number,
        "shape": made.shape,
        "input": msgspec.to_builtins(recipe.input),
        "rows": made.rows,
        "features": values.shape[1],
        "values": base64.b64encode(np.ascontiguousarray(values, "<f8").tobytes()).decode(),
    }


def main() -> None:
    file = Path(sys.argv[1])
    before = json.loads(gzip.decompress(file.read_bytes())) if file.exists() else []
    others = [old for old in before if old["version"] != sklearn.__version__]
    entries = [*others, *map(entry, CASES)]
    entries.sort(key=lambda one: (one["version"], one["case"]))
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"))
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(entries)} entries, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
