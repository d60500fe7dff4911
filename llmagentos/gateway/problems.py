"""Errors as JSON problem documents (RFC 9457), each with its name.

Knows: which error has which status. Does not know: where it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from llmagentos import errors as e

#: The first class of an error's ancestry that is here counts.
_STATUS: Mapping[type[BaseException], int] = {
    e.TokenError: 401,
    e.AccessError: 403,
    e.NoSuchAgentError: 404,
    e.NoSuchCallError: 404,
    e.KeyReusedError: 409,
    e.AdmissionError: 409,
    e.CallError: 409,
    e.LifecycleError: 409,
    e.QueueFullError: 429,
    e.DaemonError: 503,
    e.LLMAgentOSError: 400,
}
#: Statuses that any resource may answer with, and when.
ANY = {
    400: "The request can't be read, or a value is none.",
    401: "No token, or one that is unknown, revoked or over.",
    403: "Who asks may not do that; or a foreign origin or host.",
    404: "There is no such agent, command, recording or resource.",
    405: "Not this method.",
    408: "The request took too long to come.",
    409: "It does not fit what is now: a used key, an agent that is not running, a question that waits no more.",
    413: "The request is too large.",
    415: "The body is not JSON.",
    429: "Too many requests of one caller, or too many in line: try again after Retry-After seconds.",
    503: "The daemon does not answer.",
}


class ProblemDocument(BaseModel):
    """What every error looks like (application/problem+json)."""

    type: str = Field(description="urn:llmagentos:error: and its name")
    title: str = Field(description="the status in words")
    status: int
    detail: str = Field(description="what was expected and what came")
    error: str = Field(description="the name of the error")


class Problem(Exception):  # noqa: N818 - it is answered, not raised to anybody
    """An error of the gateway itself. error: its name."""

    def __init__(
        self, status: int, error: str, words: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(words)
        self.status, self.error, self.words = status, error, words
        self.headers = dict(headers or {})


def problem_of(exc: e.LLMAgentOSError) -> Problem:
    """A named error of ours as a problem."""
    status = next(_STATUS[kind] for kind in type(exc).__mro__ if kind in _STATUS)
    headers = {401: {"www-authenticate": "Bearer"}, 429: {"retry-after": "1"}}.get(status, {})
    return Problem(status, type(exc).__name__, str(exc), headers)


def answer(problem: Problem) -> Response:
    """The document."""
    told = {
        "type": f"urn:llmagentos:error:{problem.error}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.words,
        "error": problem.error,
    }
    return Response(
        json.dumps(told), problem.status, problem.headers, media_type="application/problem+json"
    )


def documented() -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: what any resource may answer beside what it is for."""
    schema = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    }
    return {status: {"description": words, "content": schema} for status, words in ANY.items()}
