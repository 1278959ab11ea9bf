"""Write `docs/contract.schema.json` from the contract's types."""

from __future__ import annotations

import json
from pathlib import Path

from truecopy.contract.schema import json_schema

TARGET = Path(__file__).resolve().parents[1] / "docs" / "contract.schema.json"


def text() -> str:
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET)
