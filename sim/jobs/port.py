"""What shares out jobs: one port, whoever carries them out.

Knows: what is asked of every executor, and how a job that fails is told. Does not know: processes,
machines, or what a job is about.

Every executor gives the results in the order of the jobs and the same ones, bit for bit, as long
as a job's result follows from the job alone: jobs carry their own seeds.
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from llmagentos.errors import JobError, LLMAgentOSError

Job = TypeVar("Job")
Result = TypeVar("Result")
#: What is done with each job. It is pickled once a run, not with every job, and its copy in a
#: worker may keep things (a world, a model) from job to job; one that has `close` is closed when
#: the worker gets other work. Jobs are named by their `str`.
Work = Callable[[Job], Result]
#: Told as results come, in any order: the job's number, its result.
Seen = Callable[[int, Any], None]
#: A job is given to so many workers before it is blamed for their deaths.
TRIES = 3


def unseen(number: int, result: Any) -> None:
    """Nobody watches."""


class Executor(ABC):
    """Carries out jobs. Use it in a `with`, or call `close`; `run` may be called many times.

    workers: how many jobs at a time.
    """

    workers: int = 1

    @abstractmethod
    def run(
        self, work: Work[Job, Result], jobs: Sequence[Job], seen: Seen = unseen
    ) -> list[Result]:
        """All results, in the order of the jobs.

        A worker that dies loses only what it had in hand, which is done again by another. Raises
        JobError naming the job that raised, or whose worker died TRIES times; jobs that have not
        begun then are dropped.
        """

    @abstractmethod
    def close(self) -> None:
        """End the workers."""

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@dataclass(frozen=True)
class Failed:
    """A job that raised: sent in place of its result, since not every error can be pickled."""

    said: str

    def of(self, job: Any) -> JobError:
        """The error to raise."""
        return JobError(f"{job}: {self.said}")


def attempt(work: Callable[[Any], Any], job: Any) -> Any:
    """The job's result, or Failed."""
    try:
        return work(job)
    except LLMAgentOSError as exc:  # a sentence already
        return Failed(str(exc))
    except Exception as exc:  # whatever a job raises is told with the job's name
        last = traceback.extract_tb(exc.__traceback__)[-1]
        return Failed(f"{type(exc).__name__}: {exc} ({last.filename}:{last.lineno})")


def killed(job: Any, times: int) -> JobError:
    """The error for a job that nobody survived."""
    return JobError(f"{job}: expected its worker to live, got {times} that died")


class Kept:
    """A worker's copy of the newest work."""

    def __init__(self) -> None:
        self._token = ""
        self._work: Any = None

    def get(self, token: str, load: Callable[[], Any]) -> Any:
        """The work of that token, loaded where it is new; what was there before is closed."""
        if token != self._token:
            old, self._work, self._token = self._work, None, ""
            if hasattr(old, "close"):
                old.close()
            self._work, self._token = load(), token
        return self._work


class InProcess(Executor):
    """This process, one job after another."""

    def run(
        self, work: Work[Job, Result], jobs: Sequence[Job], seen: Seen = unseen
    ) -> list[Result]:
        """See Executor. The work is not copied: whoever made it closes it."""
        results = []
        for number, job in enumerate(jobs):
            result = attempt(work, job)
            if isinstance(result, Failed):
                raise result.of(job)
            results.append(result)
            seen(number, result)
        return results

    def close(self) -> None:
        """There is nothing to end."""
