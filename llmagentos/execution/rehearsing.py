"""One session's rehearsals: when a plan is tried out, and how much of it before it begins to move.

Knows: that a plan's first action is tried out before anything moves and the rest behind its motion,
where the robot's time stands meanwhile; who is told. Does not know: how copies are gone through
(copies.py), nor what the executor does about what is found.
"""

from __future__ import annotations

from llmagentos.events import EventSink, Rehearsed
from llmagentos.execution.copies import Outlook, foretell, foretelling, instead
from llmagentos.execution.trying import Trying
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.rehearsal import Rehearsal
from llmagentos.types import Hand, Scene


class Rehearsing:
    """One session's rehearsals. rehearsal: None where nothing is tried out; sink: told of each.
    behind: a plan may begin to move while the rest of it is tried out, since the robot's time does
    not pass meanwhile."""

    def __init__(self, rehearsal: Rehearsal | None, sink: EventSink, behind: bool = False) -> None:
        self._rehearsal, self._sink, self.behind = rehearsal, sink, behind
        self._under_way: tuple[Trying[Outlook], p.Plan] | None = None

    @classmethod
    def of(cls, rehearsal: Rehearsal | Rehearsing | None, sink: EventSink) -> Rehearsing:
        """Itself, or the rehearsals of one session."""
        return rehearsal if isinstance(rehearsal, Rehearsing) else cls(rehearsal, sink)

    def reset(self) -> None:
        """A new session."""
        self.drop()
        if self._rehearsal is not None:
            self._rehearsal.reset()

    def seen(self, scene: Scene) -> None:
        """Get ready to try things out in this scene."""
        if self._rehearsal is not None and self._under_way is None:
            self._rehearsal.prepare(scene)

    def outlook(self, plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand) -> Outlook:
        """What is known of the plan once it was tried out; and it is told."""
        if self._rehearsal is None:
            return Outlook(plan)
        return self._told(foretell(plan, scene, memory, self._rehearsal, hand), plan)

    def begin(
        self, plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand
    ) -> Outlook | None:
        """As `outlook`; None where the plan's first action goes well and the rest is still open:
        `go_on` tries that out."""
        if self._rehearsal is None or not self.behind:
            return self.outlook(plan, scene, memory, hand)
        trying = Trying(foretelling(plan, scene, memory, self._rehearsal, hand, orders=False))
        self._under_way = (trying, plan)
        trying.cover(1)
        found = self._found()
        if found is None or not found.wrong:
            return found
        return self.better(found, plan, scene, memory, hand)

    @property
    def is_under_way(self) -> bool:
        """Whether a plan has begun whose rest is still to be tried out."""
        return self._under_way is not None

    def go_on(self, cost_s: float) -> Outlook | None:
        """Try on for so much of what copies compute; what is known of the plan, None as long as
        that is open. Without a rehearsal under way: None."""
        if self._under_way is not None:
            self._under_way[0].go_on(cost_s)
        return self._found()

    def cover(self, actions: int) -> Outlook | None:
        """Try on until so many actions have gone well at the first try; else as `go_on`."""
        if self._under_way is not None:
            self._under_way[0].cover(actions)
        return self._found()

    def settle(self) -> None:
        """The plan has ended: try the rest out and tell of it, so that every rehearsal is told of."""
        if self._under_way is not None:
            self._under_way[0].whole()
        self._found()

    def drop(self) -> None:
        """Nothing is tried on any more."""
        self._under_way = None

    def _found(self) -> Outlook | None:
        if self._under_way is None or self._under_way[0].found is None:
            return None
        (trying, plan), self._under_way = self._under_way, None
        assert trying.found is not None
        found = trying.found
        return found if found.wrong else self._told(found, plan)

    def _told(self, found: Outlook, plan: p.Plan) -> Outlook:
        if found.copies:
            self._sink(Rehearsed(found.copies, found.bad, found.words, found.change(plan)))
        return found

    def better(
        self,
        found: Outlook,
        plan: p.Plan,
        scene: Scene,
        memory: SessionMemory,
        hand: Hand,
        orders: bool = True,
    ) -> Outlook:
        """What goes better than a plan that goes wrong: another order of its steps, else itself. It
        is told. orders: whether another one can still be begun."""
        if self._rehearsal is None or not orders:
            return self._told(found, plan)
        gone = Trying(instead(found, plan, scene, memory, self._rehearsal, hand))
        return self._told(gone.whole(), plan)
