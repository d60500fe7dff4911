"""What goes through the ports, as plain data and back: scenes, actions, reports, plans.

Knows: the fields of these values. Does not know: files, nor who records them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from llmagentos.errors import FileError, PlanError
from llmagentos.lang import codec
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanRequest, PlanResult
from llmagentos.ports.skills import SkillReport
from llmagentos.ports.understanding import Option, Understanding
from llmagentos.types import Scene

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def value(kind: type[T], data: Any) -> T:
    """A dataclass from plain data. Raises FileError that names the kind."""
    wanted: Any = kind
    try:
        found: T = _adapter(wanted).validate_python(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise FileError(
            f"expected a recorded {kind.__name__}, got {where}: {first['msg']}"
        ) from exc
    return found


def plan_of(data: Mapping[str, Any]) -> Plan:
    """A plan from plain data. Raises FileError where today's plan language does not have it."""
    return value(Plan, data)


def plan_data(plan: Any) -> Any:
    """A plan as plain data; a planner of one's own may have another form."""
    return plan.to_json() if hasattr(plan, "to_json") else str(plan)


def plan_words(plan: Any) -> str:
    """A plan in the compact notation, in which two plans are compared."""
    try:
        return codec.write(plan)
    except (PlanError, AttributeError, TypeError):
        return str(plan)


def request_data(request: PlanRequest) -> dict[str, Any]:
    """All that the planner was told."""
    return {
        "command": request.command,
        "scene": asdict(request.scene),
        "history": list(request.history),
        "outcomes": list(request.outcomes),
        "pending": request.pending,
        "act_from": request.act_from,
    }


def request_of(data: Mapping[str, Any]) -> PlanRequest:
    """The request again. Raises FileError."""
    return PlanRequest(
        str(data["command"]),
        value(Scene, data["scene"]),
        tuple(data["history"]),
        str(data["pending"]),
        outcomes=tuple(data["outcomes"]),
        act_from=float(data["act_from"]),
    )


def result_data(result: PlanResult) -> dict[str, Any]:
    """A plan with how it was made and how sure it is."""
    found = result.understanding
    understanding = None
    if found is not None:
        understanding = {
            "confidence": found.confidence,
            "words": [list(pair) for pair in found.words],
            "part": found.part,
            "left_over": list(found.left_over),
            "others": found.others,
            "options": [
                {"plan": plan_data(o.plan), "text": o.text, "probability": o.probability}
                for o in found.options
            ],
        }
    return {
        "plan": plan_data(result.plan),
        "text": result.text,
        "plan_s": result.plan_s,
        "confidence": result.confidence,
        "engine": dict(result.engine),
        "understanding": understanding,
    }


def result_of(data: Mapping[str, Any]) -> PlanResult:
    """The result again. Raises FileError."""
    found = data["understanding"]
    understanding = None
    if found is not None:
        options = tuple(
            Option(plan_of(o["plan"]), o["text"], o["probability"]) for o in found["options"]
        )
        words = tuple((str(word), float(sure)) for word, sure in found["words"])
        understanding = Understanding(
            found["confidence"], words, found["part"], tuple(found["left_over"]), options,
            found["others"],
        )  # fmt: skip
    return PlanResult(
        plan_of(data["plan"]), data["text"], data["plan_s"], confidence=data["confidence"],
        engine=data["engine"], understanding=understanding,
    )  # fmt: skip


def report_data(report: SkillReport) -> dict[str, Any]:
    """A skill's report."""
    return {
        "status": report.status.value,
        "failure": None if report.failure is None else report.failure.value,
        "words": report.words,
        "attempts": report.attempts,
        "details": dict(report.details),
    }


def report_of(data: Mapping[str, Any]) -> SkillReport:
    """The report again. Raises FileError."""
    return value(SkillReport, data)
