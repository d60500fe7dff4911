"""The published JSON schema is the one the code has."""

import json
from pathlib import Path

from llmagentos.lang.plan import Plan

PUBLISHED = Path(__file__).parents[2] / "docs" / "plan.schema.json"


def test_published_schema_is_up_to_date() -> None:
    hint = "run: .venv/bin/llmagentos plan --schema > docs/plan.schema.json"
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == Plan.model_json_schema(), hint
