"""Which executor is meant by the options of a command. Does not know: how any of them works."""

from __future__ import annotations

from llmagentos.errors import TrainingError
from sim.jobs.over_ray import OverRay
from sim.jobs.port import Executor, InProcess
from sim.jobs.processes import Processes


def executor(workers: int = 1, ray: str | None = None) -> Executor:
    """This process for one worker, processes for more; with `ray` that cluster, whose size is its
    own: an address, or "" for the one that runs here, else one that is started on this machine.

    Raises TrainingError for no worker, or several together with Ray; MissingDependencyError,
    ClusterError.
    """
    if workers < 1:
        raise TrainingError(f"expected at least one worker, got {workers}")
    if ray is None:
        return InProcess() if workers == 1 else Processes(workers)
    if workers > 1:
        raise TrainingError(
            f"expected a number of workers or Ray, which takes all its machines' cores, got "
            f"{workers} and Ray"
        )
    return OverRay(ray)
