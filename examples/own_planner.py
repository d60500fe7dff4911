"""The robot's agent with a planner of one's own: it knows one trick.

In a configuration file: `planning: own_planner:Parrot` (see agent.yaml).
"""

from llmagentos import Agent, PlanningModule, PlanRequest, PlanResult
from llmagentos.errors import PlanError
from llmagentos.lang import codec


class Parrot(PlanningModule):
    """Points at whatever is named last in the command."""

    def __init__(self, model: str = "", engine: str = "") -> None:
        """A planner by name is made with these; this one needs no model."""

    def plan(self, request: PlanRequest) -> PlanResult:
        words = request.command.lower().split()
        named = [o for o in request.scene.objects if o.kind in words and o.color in words]
        if not named:
            raise PlanError(f"expected something on the table, got {request.command!r}")
        text = f"point above [ the {named[-1].color} {named[-1].kind} ]"
        return PlanResult(codec.parse(text), text, engine={"backend": "parrot"})


if __name__ == "__main__":
    with Agent.in_simulation("demo", planning=Parrot()) as agent:
        print(agent.command("where is the blue bowl").reply)
        print(agent.command("sing a song").reply)
