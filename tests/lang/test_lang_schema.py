"""The published JSON schema, and the document's tables, are those the code has."""

import json
import re
from pathlib import Path

from llmagentos.lang.plan import STEPS, Plan
from llmagentos.lang.words import as_table

DOCS = Path(__file__).parents[2] / "docs"
PUBLISHED = DOCS / "plan.schema.json"
LANGUAGE = DOCS / "plan-language.md"


def test_published_schema_is_up_to_date() -> None:
    hint = "run: .venv/bin/llmagentos plan --schema > docs/plan.schema.json"
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == Plan.model_json_schema(), hint


def test_the_documents_table_of_words_is_up_to_date() -> None:
    hint = "run: python -m llmagentos.lang.words, and put it under the heading Words"
    assert as_table() in LANGUAGE.read_text(encoding="utf-8"), hint


def test_the_document_names_every_step() -> None:
    table = LANGUAGE.read_text(encoding="utf-8").split("## Steps")[1]
    words = set(re.findall(r"[a-z_]+", table))
    assert set(STEPS) <= words
