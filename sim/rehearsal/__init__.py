"""What would happen if: plans tried out in a world made of what was seen, before anything moves."""

from sim.rehearsal.rehearsal import SimRehearsal

__all__ = ["SimRehearsal"]
