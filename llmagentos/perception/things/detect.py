"""From pieces of one colour to detected things: vessels first, then what is in and on them.

Knows: the order of explaining. Whatever a vessel's or a block's shape accounts for is taken out
of the map; what is left over is looked at again.
Does not know: ids, time, the robot.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from llmagentos.objects.kinds import traits
from llmagentos.perception.maps.outlines import Outline, disc, fill_hull, of_level_top, outline
from llmagentos.perception.maps.rectify import BoolMap
from llmagentos.perception.maps.segment import (
    FLAT_M,
    MIN_AREA_M2,
    RAISED_M,
    SHADE_OF,
    Maps,
    Piece,
    all_pieces,
    pieces_in,
    region_of,
)
from llmagentos.perception.maps.values import median, quantile
from llmagentos.perception.things.detection import Detection
from llmagentos.perception.things.kinds import Guess, Profile, best_of, guess_kind, options
from llmagentos.perception.things.lying import find_lying
from llmagentos.perception.things.profile import has_studs, is_dome, rim_of
from llmagentos.perception.things.splitting import fit_blocks, same_level, split_layers
from llmagentos.perception.things.surfaces import inner_surface, levels_in

#: Own-coloured cells this far above a vessel's inner surface are something that lies in it.
_CONTENT_M = 0.013

#: From this misfit on a vessel is as high as it is seen, and not as its kind is, metres.
_OTHER_HEIGHT_M = 0.008

#: So many pieces are explained in one look, at most (some are cut into others), and so many odd ones
#: covered with blocks.
_MAX_STEPS, _MAX_COVERS = 72, 8

_SLOPE_STEP_M = 0.004


def _floats(guess: Guess | None) -> bool:
    """Whether no support is known right below the base of a guess."""
    return guess is None or guess.misfit_m > 0.006


def _nearest(heights: list[float], to: float) -> float:
    return min(heights, key=lambda z: abs(z - to))


class Explainer:
    """Explains one map. left_out: pieces outside of all regions that were not looked at, since there
    were too many (those in regions are looked at with these)."""

    def __init__(self, maps: Maps, known: list[Detection]) -> None:
        """known: things found before, whose cells are no longer labelled."""
        self.maps = maps
        self.found: list[Detection] = list(known)
        self.slivers: list[Piece] = []
        self._queue, self.left_out = all_pieces(maps)
        self._covers = 0
        self._min_cells = int(MIN_AREA_M2 / maps.grid.cell_m**2)

    def run(self) -> list[Detection]:
        """All detections, larger outlines first."""
        for _ in range(_MAX_STEPS):
            if not self._queue:
                return self.found
            self._explain(self._queue.pop(0))
        self.left_out += sum(region_of(p, self.maps) == 0 for p in self._queue)
        self._queue.clear()
        return self.found

    # ---- one piece ------------------------------------------------------------------------

    def _explain(self, piece: Piece) -> None:
        maps = self.maps
        heights = piece.values(maps.height)
        if median(heights) < FLAT_M:
            self._paint(piece)
            return
        shape = outline(piece.hull, maps.grid)
        rim_z, hollow = rim_of(piece, maps)
        if hollow and shape.size_m > 0.045 and self._vessel(piece, shape, rim_z):
            return
        if piece.area < self._min_cells:
            self.slivers.append(piece)
            return
        layers = split_layers(piece, maps.height, self._min_cells)
        if len(layers) > 1:
            self._requeue(layers)
            return
        self._solid(piece, shape)

    def _requeue(self, pieces: list[Piece]) -> None:
        self._queue = sorted([*self._queue, *pieces], key=lambda p: -float(cv2.contourArea(p.hull)))

    def _paint(self, piece: Piece) -> None:
        """A flat zone; its parts may lie on several sides of what stands on it."""
        grid = self.maps.grid
        high = piece.mask & (self.maps.height[piece.window] > RAISED_M)
        if high.sum() >= self._min_cells:
            # Something of the same colour stands on it.
            where = piece.label, self._min_cells, piece.row0, piece.col0
            self._requeue(pieces_in(high, *where, smooth=True))
            low = pieces_in(piece.mask & ~high, *where, smooth=True)
            if not low:
                return
            piece = max(low, key=lambda p: p.area)
        shape = outline(piece.hull, grid, force_round=False)
        for other in [p for p in self._queue if p.label == piece.label]:
            if quantile(other.values(self.maps.height), 0.85) > 2 * FLAT_M:
                continue
            both = cv2.convexHull(np.concatenate([piece.hull, other.hull]))
            joint = outline(both, grid, force_round=False)
            better = joint.fill > 0.9 and joint.aspect < min(shape.aspect, 1.12) + 0.01
            inside = cv2.contourArea(both) < 1.05 * cv2.contourArea(piece.hull)
            if better or inside:
                self._queue = [p for p in self._queue if p is not other]
                piece.hull, shape = both, joint
        guess = best_of(options(shape.is_round, "paint"), shape.size_m, 0.002, (0.0,))
        if guess is None or piece.area * grid.cell_m**2 < 0.0009:
            return
        score = 0.98 * min(1.0, shape.fill) / shape.aspect
        self._add(guess, piece, shape, score)

    # ---- vessels --------------------------------------------------------------------------

    def _vessel(self, piece: Piece, shape: Outline, rim_z: float) -> bool:
        maps = self.maps
        mates = self._shards(piece, rim_z)
        if mates:
            hull = cv2.convexHull(np.concatenate([piece.hull, *(m.hull for m in mates)]))
            shape = outline(hull, maps.grid)
        guess = guess_kind(shape, "hollow", rim_z, self._supports(shape, rim_z))
        if guess is None or guess.misfit_m > 0.03:
            return False
        if guess.misfit_m > _OTHER_HEIGHT_M:
            # A real bowl is flatter or deeper than ours; it stands all the same.
            base = _nearest(self._supports(shape, rim_z), guess.base_z)
            guess = replace(guess, base_z=base, height_m=rim_z - base)
        self._queue = [p for p in self._queue if not any(p is m for m in mates)]
        thing = self._add(guess, piece, shape, min(1.0, shape.fill))
        surface, inner, r0, c0 = inner_surface(thing, maps)
        h, w = surface.shape
        window = slice(r0, r0 + h), slice(c0, c0 + w)
        bump = inner & (maps.height[window] > surface + _CONTENT_M)
        # Whatever matches the vessel's own surface in a shade of its colour belongs to it.
        own_shade = np.isin(maps.label[window], [b for a, b in SHADE_OF if a == piece.label])
        self._recut(window, inner & ~bump & own_shade)
        rest = bump & (maps.label[window] == piece.label)
        self._requeue(pieces_in(rest, piece.label, self._min_cells, r0, c0, smooth=True))
        return True

    def _shards(self, piece: Piece, rim_z: float) -> list[Piece]:
        """Other pieces of the same colour inside the hull, no higher than the rim."""
        result = []
        for other in self._queue:
            if other.label != piece.label:
                continue
            middle = other.hull[:, 0].mean(axis=0)
            if cv2.pointPolygonTest(piece.hull, (float(middle[0]), float(middle[1])), False) < 0:
                continue
            if quantile(other.values(self.maps.height), 0.8) < rim_z + 0.006:
                result.append(other)
        return result

    def _recut(self, window: tuple[slice, slice], explained: BoolMap) -> None:
        """Take explained cells out of the waiting pieces."""
        rows, cols = window
        kept = []
        for p in self._queue:
            r0, c0 = max(p.row0, rows.start), max(p.col0, cols.start)
            r1 = min(p.row0 + p.mask.shape[0], rows.stop)
            c1 = min(p.col0 + p.mask.shape[1], cols.stop)
            if r0 >= r1 or c0 >= c1:
                kept.append(p)
                continue
            part = p.mask[r0 - p.row0 : r1 - p.row0, c0 - p.col0 : c1 - p.col0]
            gone = (
                part
                & explained[r0 - rows.start : r1 - rows.start, c0 - cols.start : c1 - cols.start]
            )
            if not gone.any():
                kept.append(p)
                continue
            mask = p.mask.copy()
            mask[r0 - p.row0 : r1 - p.row0, c0 - p.col0 : c1 - p.col0] &= ~gone
            kept += pieces_in(mask, p.label, self._min_cells, p.row0, p.col0, smooth=True)
        self._queue = sorted(kept, key=lambda p: -float(cv2.contourArea(p.hull)))

    # ---- solids ---------------------------------------------------------------------------

    def _solid(self, piece: Piece, shape: Outline) -> None:
        maps = self.maps
        profile: Profile = "dome" if is_dome(piece, shape, maps) else "flat"
        if profile == "flat":
            piece, shape = self._level_part(piece, shape)
            shape = of_level_top(shape, maps.grid)
        heights = piece.values(maps.height)
        top_z = quantile(heights, 0.8)
        supports = self._supports(shape, top_z)
        if profile == "dome":
            top_z = quantile(heights, 0.97)
        guess = guess_kind(shape, profile, top_z, supports + self._slope(shape))
        lying = find_lying(piece, shape, maps, supports, self._slope(shape))
        if lying is not None:
            thing = self._add(lying.guess, piece, shape, min(1.0, shape.fill))
            thing.yaw = lying.yaw
            if not traits(thing.kind).paintable:
                thing.color = traits(thing.kind).color
            return
        if profile == "flat" and _floats(guess) and has_studs(piece, shape, maps):
            guess, profile = guess_kind(shape, "studs", top_z, supports), "studs"
        odd = _floats(guess) or shape.fill < 0.9 or shape.aspect > 1.1
        if odd and profile == "flat" and self._blocks(piece, top_z, supports):
            return
        if guess is None or (odd and self._covered(piece, top_z)):
            self.slivers.append(piece)
            return
        self._add(guess, piece, shape, min(1.0, shape.fill) / shape.aspect)

    def _level_part(self, piece: Piece, shape: Outline) -> tuple[Piece, Outline]:
        """`piece` without cells well below its top: slivers of what it stands on."""
        z = self.maps.height[piece.window]
        low = piece.mask & (z < quantile(z[piece.mask], 0.8) - _CONTENT_M)
        if low.sum() < 4:
            return piece, shape
        tops = pieces_in(piece.mask & ~low, piece.label, 4, piece.row0, piece.col0)
        self.slivers += pieces_in(low, piece.label, 4, piece.row0, piece.col0)
        if not tops:
            return piece, shape
        main = max(tops, key=lambda p: p.area)
        self.slivers += [p for p in tops if p is not main]
        return main, outline(main.hull, self.maps.grid)

    def _blocks(self, piece: Piece, top_z: float, supports: list[float]) -> bool:
        """Explain an odd level piece as blocks, some of them partly covered by others."""
        self._covers += 1
        if self._covers > _MAX_COVERS:
            return False
        mates = same_level(piece, self._queue, self.maps, top_z)
        fits = fit_blocks([piece, *mates], self.maps, top_z, supports)
        if not fits:
            return False
        self._queue = [p for p in self._queue if not any(p is m for m in mates)]
        for fit in fits:
            self._add(fit.guess, fit.piece, fit.shape, fit.agreement)
        return True

    def _covered(self, piece: Piece, top_z: float) -> bool:
        """Whether something higher is right beside it, so that it may go on below that."""
        height = self.maps.height
        inside, r0, c0 = fill_hull(piece.hull, height.shape, pad=3)
        grown = cv2.dilate(inside.view(np.uint8), disc(2)) > 0
        around = height[r0 : r0 + inside.shape[0], c0 : c0 + inside.shape[1]][grown]
        return bool((around > top_z + 0.012).sum() > 0.06 * grown.sum())

    # ---- shared ---------------------------------------------------------------------------

    def _supports(self, shape: Outline, top_z: float) -> list[float]:
        """Heights that it may stand on: the table, and surfaces seen around and under it."""
        maps = self.maps
        inside, r0, c0 = fill_hull(shape.hull, maps.height.shape, pad=5)
        grown = cv2.dilate(inside.view(np.uint8), disc(4)) > 0
        near = cv2.dilate(inside.view(np.uint8), disc(1)) > 0
        h, w = inside.shape
        window = slice(r0, r0 + h), slice(c0, c0 + w)
        ring = maps.height[window][grown & ~near & maps.seen[window]]
        ring = ring[ring < top_z - 0.006]
        heights = [0.0, *levels_in(ring)]
        for other in self.found:
            point = maps.grid.col_row(*shape.center)
            if cv2.pointPolygonTest(other.hull, (float(point[0]), float(point[1])), False) >= 0:
                g = other.geometry
                heights.append(other.base_z + (g.floor_m if g.has_rim else other.height_m))
        return heights

    def _slope(self, shape: Outline) -> list[float]:
        """Heights between floor and rim of a bowl that it lies in: anything may lean there."""
        point = self.maps.grid.col_row(*shape.center)
        heights: list[float] = []
        for other in self.found:
            inside = (
                cv2.pointPolygonTest(other.hull, (float(point[0]), float(point[1])), False) >= 0
            )
            if inside and other.geometry.is_flared:
                floor = other.base_z + other.geometry.floor_m
                heights += np.arange(floor, other.top_z, _SLOPE_STEP_M).tolist()
        return heights

    def _add(self, guess: Guess, piece: Piece, shape: Outline, confidence: float) -> Detection:
        r, c = np.nonzero(piece.mask)
        cells = ((r + piece.row0) * self.maps.grid.shape[1] + c + piece.col0).astype(np.int32)
        thing = Detection(
            kind=guess.kind,
            label=piece.label,
            size_m=guess.size_m,
            height_m=guess.height_m,
            center=shape.center,
            base_z=guess.base_z,
            yaw=0.0 if shape.is_round else shape.yaw,
            confidence=float(np.clip(confidence, 0.05, 1.0)),
            hull=shape.hull,
            cells=cells,
        )
        self.found.append(thing)
        return thing
