// Stops every arm. Knows: connections of its own, and that it tries until it is answered. It waits for
// nothing else of the page: no queue, no state of the robot, no look at who may (everybody may stop).

import { header, refusal, Refused } from "./api.js";

/** An attempt without an answer after so long gets company; one is given up, milliseconds. */
const AGAIN_MS = 700;
const GIVE_UP_MS = 9000;
/** So long it is tried, milliseconds: a stop that comes much later would surprise whoever works there by then. */
const IN_ALL_MS = 60000;

/** @typedef {import("./types.js").Stops} Stops */
/** @typedef {{phase: "idle" | "asking" | "stopped" | "undelivered", words: string, tries: number, ms: number}} Told */

/**
 * Ask once. keepalive: it goes out even where the page is closed meanwhile.
 * @returns {Promise<Stops>}
 */
async function once() {
  const answer = await fetch("/v1/stop", {
    method: "POST",
    headers: header(),
    keepalive: true,
    priority: "high",
    cache: "no-store",
    signal: AbortSignal.timeout(GIVE_UP_MS),
  });
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

/** @param {number} ms */
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

export class Stop {
  /** @param {(told: Told) => void} tell hears each change */
  constructor(tell) {
    this.tell = tell;
    /** @type {Told} */
    this.told = { phase: "idle", words: "", tries: 0, ms: 0 };
    this.pressed = 0;
  }

  /**
   * Stop, now. Pressed again while it is under way: one more attempt at once.
   * @param {number} since when the finger or key came down, on the page's clock
   */
  press(since) {
    this.pressed += 1;
    void this.#deliver(this.pressed, since);
  }

  /**
   * @param {number} mine
   * @param {number} began
   */
  async #deliver(mine, began) {
    let over = false;
    let tries = 0;
    let why = "the gateway does not answer";
    const tell = (/** @type {Told["phase"]} */ phase, /** @type {string} */ words) => {
      if (mine !== this.pressed) return;
      this.told = { phase, words, tries, ms: performance.now() - began };
      this.tell(this.told);
    };
    const attempt = async () => {
      tries += 1;
      try {
        const stops = await once();
        if (!over) {
          over = true;
          tell(...words(stops));
        }
      } catch (error) {
        if (error instanceof Refused && error.status > 0) why = error.message;
      }
    };
    tell("asking", "Stopping …");
    while (!over && performance.now() - began < IN_ALL_MS && mine === this.pressed) {
      const asked = attempt();
      await Promise.race([asked, pause(AGAIN_MS)]);
      if (over) return;
      if (tries > 1) {
        const words = `The stop was NOT delivered: ${why}. Use the robot's own emergency stop.`;
        tell("undelivered", `${words} Still trying (${tries}) …`);
      }
      await Promise.race([asked.then(() => pause(AGAIN_MS)), pause(Math.min(AGAIN_MS * tries, 3000))]);
    }
    if (!over) tell("undelivered", `The stop was NOT delivered: ${why}. Use the robot's own emergency stop.`);
  }
}

/**
 * What a stop came to, in words.
 * @param {Stops} stops
 * @returns {[Told["phase"], string]}
 */
export function words(stops) {
  const agents = Object.entries(stops.agents).map(([name, told]) => `${name}: ${told.words}`);
  const past = stops.sessions.map((one) => `${one.session ?? "a session"}: ${one.error || one.words || "stopped"}`);
  if (past.length) return ["stopped", `The daemon hangs; stopped past it. ${past.join("; ")}`];
  if (!agents.length) return ["stopped", "Nothing was running that could move."];
  const still = Object.values(stops.agents).some((told) => told.at_rest === false);
  return [still ? "undelivered" : "stopped", `${still ? "NOT at rest. " : ""}${agents.join("; ")}`];
}
