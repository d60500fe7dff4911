"""What is wrong with the fields of a robot.yaml, in one sentence.

Knows: pydantic's complaints about a model with nested models. Does not know: what a field means.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError


def meant(word: str, known: Collection[str]) -> str:
    """ ": did you mean KNOWN?" where one of the known words is near, else ""."""
    near = difflib.get_close_matches(word, list(known), 1)
    return f": did you mean {near[0]}?" if near else ""


def said_of(error: ValidationError, model: type[BaseModel]) -> str:
    """The first complaint as "field: expected .., got .."; a field that is missing or unknown is
    told with the unknown ones beside it, which may be the same one misspelt."""
    problems = error.errors()
    first = problems[0]
    section = first["loc"][:-1]
    unknown = [
        str(p["loc"][-1])
        for p in problems
        if p["type"] == "extra_forbidden" and p["loc"][:-1] == section
    ]
    field = ".".join(map(str, first["loc"]))
    known = _fields(model, section)
    if first["type"] == "extra_forbidden":
        near = meant(str(first["loc"][-1]), known)
        return f"{field}: expected only {', '.join(known)}, got {first.get('input')!r}{near}"
    if first["type"] == "missing":
        beside = "".join(f"; {name} is not known{meant(name, known)}" for name in unknown)
        return f"{field}: expected a value, got nothing{beside}"
    words = first["msg"].replace("Input should be ", "")
    return f"{field}: expected {words}, got {first.get('input')!r}"


def _fields(model: type[BaseModel], section: Sequence[int | str]) -> list[str]:
    """Names of the fields in a section of the model, by its path; profiles.* are all alike."""
    here: Any = model
    for part in section:
        found = here.model_fields.get(part) if _is_model(here) else None
        here = found.annotation if found is not None else here
        if not _is_model(here):  # dict[str, Model]: the next part is one of its keys
            inner = getattr(here, "__args__", ())
            here = next((a for a in inner if _is_model(a)), here)
    return list(here.model_fields) if _is_model(here) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
