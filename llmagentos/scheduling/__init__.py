"""Who may do what, and when: tasks with a priority, a deadline and what they need, on one machine.

    with Scheduler({"arm": 1, "cores": 2}) as scheduler:
        ticket = scheduler.submit(tidy_up, needs={"arm": 1}, priority=Priority.LOW, owner="tidy")
        scheduler.submit(fetch, needs={"arm": 1}, priority=Priority.URGENT)   # tidy_up makes room
        ticket.result()

Knows: tasks, policies, resources. Does not know: agents, robots, models, processes.
"""

from llmagentos.scheduling.book import Book
from llmagentos.scheduling.graph import Node, run_graph
from llmagentos.scheduling.policies import POLICIES, Policy
from llmagentos.scheduling.resources import capacities
from llmagentos.scheduling.scheduler import Scheduler, Ticket, Turn
from llmagentos.scheduling.states import LEGAL, State
from llmagentos.scheduling.task import Priority, Report, Task, TaskSpec

__all__ = [
    "LEGAL",
    "POLICIES",
    "Book",
    "Node",
    "Policy",
    "Priority",
    "Report",
    "Scheduler",
    "State",
    "Task",
    "TaskSpec",
    "Ticket",
    "Turn",
    "capacities",
    "run_graph",
]
