"""Gymnasium environments on the simulated arms: `import sim.envs`, then
`gymnasium.make("llmagentos/Reach-v0")`.

Knows: the environments' names, in one table. Does not know: what is in them; an entry is imported
when its environment is made. Importing this is cheap; `gymnasium.make("sim.envs:llmagentos/Reach-v0")`
does it by itself (Gymnasium 1 no longer looks for entry points).
"""

from __future__ import annotations

from dataclasses import dataclass

from gymnasium.envs.registration import register, registry

NAMESPACE = "llmagentos"


@dataclass(frozen=True)
class Entry:
    """One environment: its name, "module:Class", and after how many steps an episode is cut off."""

    name: str
    entry_point: str
    max_episode_steps: int

    @property
    def id(self) -> str:
        """What `gymnasium.make` takes."""
        return f"{NAMESPACE}/{self.name}-v0"


ENVIRONMENTS = (
    Entry("Reach", "sim.envs.tasks.reach:Reach", 50),
    Entry("Push", "sim.envs.tasks.push:Push", 50),
    Entry("Slide", "sim.envs.tasks.slide:Slide", 50),
    Entry("PickAndPlace", "sim.envs.tasks.pick_and_place:PickAndPlace", 50),
    Entry("Stack", "sim.envs.tasks.stack:Stack", 100),
    Entry("PutIn", "sim.envs.tasks.put_in:PutIn", 60),
    Entry("Sort", "sim.envs.tasks.sort:Sort", 150),
    Entry("Command", "sim.envs.command:Command", 1),
    Entry("Table", "sim.envs.table:Table", 60),
)


def register_all() -> None:
    """Tell Gymnasium of every environment; doing it again changes nothing."""
    for entry in ENVIRONMENTS:
        if entry.id not in registry:
            register(entry.id, entry.entry_point, max_episode_steps=entry.max_episode_steps)


register_all()
