// Where names stand in a picture. Knows: frames and how large a name is. Does not know: what is named, how it is drawn.

/** @typedef {{ x: number, y: number, width: number, height: number }} Place */

const GAP = 3;
/** How much worse it is to hide a name than what is in a frame. */
const NAME_WORTH = 4;

/**
 * A place for each name, in turn: over its frame, under it, in it or at its sides, where it hides the least of
 * the names that have a place already and of what else is framed. Pixels of the picture.
 * @param {{ box: number[], width: number, height: number }[]} names those that matter most first
 * @param {{ width: number, height: number }} picture
 * @returns {Place[]}
 */
export function places(names, picture) {
  const frames = names.map(({ box: [left = 0, top = 0, right = 0, bottom = 0] }) =>
    ({ x: left, y: top, width: right - left, height: bottom - top }));
  /** @type {Place[]} */
  const taken = [];
  names.forEach(({ width, height }, i) => {
    const own = frames[i] ?? { x: 0, y: 0, width: 0, height: 0 };
    const others = frames.filter((frame) => shared(frame, own) < own.width * own.height); // not what it lies in
    const [middle, beside] = [own.x + (own.width - width) / 2, own.y + (own.height - height) / 2];
    const [below, right] = [own.y + own.height, own.x + own.width];
    const best = [
      [middle, own.y - GAP - height], [middle, below + GAP], [middle, own.y + GAP], [middle, below - GAP - height],
      [right + GAP, beside], [own.x - GAP - width, beside],
    ].map(([x = 0, y = 0], turn) => {
      const place = { x: within(x, picture.width - width), y: within(y, picture.height - height), width, height };
      const moved = place.y === y ? 0 : width * height; // pushed back into the picture, over its own frame
      return { place, cost: hidden(place, taken) * NAME_WORTH + hidden(place, others) + moved + turn };
    }).reduce((a, b) => (b.cost < a.cost ? b : a));
    taken.push(best.place);
  });
  return taken;
}

/** @param {number} value @param {number} most */
const within = (value, most) => Math.max(0, Math.min(value, most));

/** How much of others it covers, square pixels. @param {Place} place @param {Place[]} others */
const hidden = (place, others) => others.reduce((sum, other) => sum + shared(place, other), 0);

/** @param {Place} a @param {Place} b */
function shared(a, b) {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const tall = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide > 0 && tall > 0 ? wide * tall : 0;
}
