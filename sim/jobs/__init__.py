"""Jobs shared out: in this process, among processes, or by Ray among machines."""

from sim.jobs.choose import executor
from sim.jobs.pieces import Elsewhere
from sim.jobs.port import Executor, InProcess
from sim.jobs.processes import one_thread

__all__ = ["Elsewhere", "Executor", "InProcess", "executor", "one_thread"]
