"""What was seen, as frames in a camera's picture: what a page draws over it.

Knows: a scene, a picture's camera. Does not know: who draws, how anything was seen.
"""

from __future__ import annotations

from typing import Any

from llmagentos.perception.looks import pixel_box
from llmagentos.types import CameraFrame, Scene


def in_picture(scene: Scene, frame: CameraFrame) -> dict[str, Any]:
    """Every thing that is in the picture: id, words, kind, color, whether it is held, how sure its look
    was, and its box: left, top, right, bottom in pixels."""
    things = []
    for item in scene.objects:
        box = pixel_box(item, frame)
        if box is not None:
            things.append(
                {
                    "id": item.id,
                    "words": item.label,
                    "kind": item.kind,
                    "color": item.color,
                    "held": item.held,
                    "confidence": round(item.confidence, 3),
                    "box": list(box),
                }
            )
    rows, cols = frame.rgb.shape[:2]
    return {"camera": frame.camera, "width": cols, "height": rows, "things": things}
