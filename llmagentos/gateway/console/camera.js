// What the agent's camera sees, with frames round what it knows. Knows: motion JPEG, read with the token (an
// <img> could not send it); a frame is taken when the one before is drawn, so that a slow page asks for less.

import { header, refusal, Refused } from "./api.js";
import { find, say, svg } from "./dom.js";
import { places } from "./labels.js";
import { meant } from "./run.js";

/** Older than this the picture is said to be old, milliseconds. */
const OLD_MS = 3000;
/** How a thing's frame is drawn, the more it matters now the later. */
const KINDS = ["", "may", "touched", "now"];

const canvas = find("picture", HTMLCanvasElement);
const caption = find("picture-words", HTMLElement);
const over = /** @type {SVGElement} */ (/** @type {unknown} */ (document.getElementById("frames")));

/** @param {Uint8Array<ArrayBuffer>} whole @param {Uint8Array<ArrayBuffer>} more */
function joined(whole, more) {
  const out = new Uint8Array(whole.length + more.length);
  out.set(whole);
  out.set(more, whole.length);
  return out;
}

/**
 * The parts of a multipart stream, each as it comes.
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export async function* parts(body) {
  const reader = body.getReader();
  let kept = new Uint8Array(0);
  const heads = new TextDecoder("latin1");
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    kept = joined(kept, value);
    for (;;) {
      const head = heads.decode(kept.subarray(0, 1024));
      const end = head.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(end < 0 ? "" : head.slice(0, end));
      if (!length) break;
      const [from, to] = [end + 4, end + 4 + Number(length[1])];
      if (kept.length < to) break;
      yield kept.slice(from, to);
      kept = kept.slice(to);
    }
  }
}

export class Camera {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.names = true;
    this.came = 0;
    this.why = "";
    /** @type {AbortController | null} */
    this.stream = null;
    this.timer = 0;
    setInterval(() => this.#words(), 1000);
  }

  /** Look at the chosen agent from now on. */
  begin() {
    this.end();
    const stream = (this.stream = new AbortController());
    this.came = 0;
    this.why = "";
    void this.#watch(this.model.name, stream.signal);
  }

  end() {
    clearTimeout(this.timer);
    this.stream?.abort();
    this.stream = null;
  }

  /** @param {string} name @param {AbortSignal} signal */
  async #watch(name, signal) {
    try {
      const answer = await fetch(`/v1/agents/${name}/stream`, { headers: header(), signal });
      if (!answer.ok || !answer.body) throw await refusal(answer);
      for await (const jpeg of parts(answer.body)) {
        const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
        if (signal.aborted) return;
        if (canvas.width !== picture.width || canvas.height !== picture.height) {
          [canvas.width, canvas.height] = [picture.width, picture.height];
          canvas.parentElement?.style.setProperty("--shape", String(picture.width / picture.height));
        }
        canvas.getContext("2d")?.drawImage(picture, 0, 0);
        picture.close();
        this.came = performance.now();
        this.why = "";
        this.#words();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.why = error instanceof Refused ? error.message : "";
      if (error instanceof Refused && error.status === 401) return;
    }
    this.#words();
    this.timer = setTimeout(() => void this.#watch(name, signal), this.why ? 3000 : 500);
  }

  #words() {
    const age = performance.now() - this.came;
    const view = canvas.parentElement;
    view?.classList.toggle("none", !this.came);
    view?.classList.toggle("old", this.came > 0 && age > OLD_MS);
    const why = this.why && (this.model.rests || this.why);
    if (!this.came) say(caption, why ? `No picture: ${why}` : "Waiting for a picture …");
    else if (age > OLD_MS) say(caption, `This picture is ${Math.round(age / 1000)} s old`);
    else {
      const held = this.model.seen?.things.find((t) => t.held);
      say(caption, `${this.model.seen?.camera ?? ""} · live${held ? ` · holding the ${held.words}` : ""}`);
    }
  }

  /** Frames and names over the picture. */
  draw() {
    const { seen, run, state } = this.model;
    over.replaceChildren();
    if (!seen || !this.came) return;
    over.setAttribute("viewBox", `0 0 ${seen.width} ${seen.height}`);
    const live = run !== null && (!run.over || (run.hints !== null && state?.question));
    const may = live && run.hints ? meant(run.hints, seen.things) : [];
    const words = seen.things.map((t) => t.words).join(", ");
    canvas.setAttribute("aria-label", `The robot's camera. It sees: ${words || "nothing that it knows"}.`);
    const k = Math.min(1.5, Math.max(1, seen.width / (canvas.clientWidth || seen.width))); // readable on a phone
    const shown = seen.things.filter((thing) => !thing.held) // it moves with the hand: the caption says it
      .map((thing) => {
        let rank = this.names ? 0 : -1;
        if (live && run.now.includes(thing.id)) rank = 3;
        else if (live && run.touched.includes(thing.id)) rank = 2;
        else if (may.includes(thing.id)) rank = 1;
        return { thing, rank, box: thing.box, width: k * (7 * thing.words.length + 10), height: 16 * k };
      })
      .filter(({ rank }) => rank >= 0)
      .sort((a, b) => b.rank - a.rank || area(b.box) - area(a.box));
    const at = places(shown, seen);
    const drawn = shown.map((each, i) => ({ ...each, place: at[i] ?? { x: 0, y: 0, width: 0, height: 0 } }))
      .sort((a, b) => area(b.box) - area(a.box)); // what lies in another is drawn over it
    for (const { thing, rank, place } of drawn) {
      const [left = 0, top = 0, right = 0, bottom = 0] = thing.box;
      const frame = { x: left, y: top, width: right - left, height: bottom - top, rx: 5 };
      over.append(
        svg("g", { class: `thing ${KINDS[rank]}`.trim(), "data-id": thing.id },
          svg("rect", { ...frame, class: "halo" }), svg("rect", { ...frame, class: "frame" }),
          svg("rect", { ...place, rx: 4, class: "plate" }),
          svg("text", { x: place.x + place.width / 2, y: place.y + 12 * k, "font-size": 11 * k }, thing.words)),
      );
    }
  }
}

/** @param {number[]} box */
const area = (box) => ((box[2] ?? 0) - (box[0] ?? 0)) * ((box[3] ?? 0) - (box[1] ?? 0));
