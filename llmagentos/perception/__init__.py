"""From camera pictures to a scene: `TabletopPerception` and `draw_overlay`."""

from llmagentos.perception.overlay import draw_overlay
from llmagentos.perception.tabletop import TabletopPerception

__all__ = ["TabletopPerception", "draw_overlay"]
