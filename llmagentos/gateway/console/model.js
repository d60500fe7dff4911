// What the page knows: agents, the chosen one's commands, its plan as it runs, what it sees. Does not know
// elements. Views listen (`heard`), and draw from it.

import { ask, Refused } from "./api.js";
import { beginRun, finished, follow } from "./run.js";

/** @typedef {import("./types.js").Agent} Agent */
/** @typedef {import("./types.js").Call} Call */
/** @typedef {import("./types.js").Happened} Happened */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {{words: string, source: string}} Alert */

const LAST = 30;
export const OPEN = ["queued", "begun"];
const SPOKEN = ["command", "confirm", "ask"];

export class Model {
  constructor() {
    /** @type {import("./types.js").Me | null} */
    this.me = null;
    /** @type {Agent[]} */
    this.agents = [];
    /** The chosen agent's name, "" for none. */
    this.name = "";
    /** @type {import("./types.js").State | null} */
    this.state = null;
    /** @type {import("./types.js").Seen | null} */
    this.seen = null;
    /** Commands by number, oldest first. @type {Map<number, Call>} */
    this.calls = new Map();
    /** @type {import("./types.js").Recording[]} */
    this.recordings = [];
    /** @type {Run | null} */
    this.run = null;
    /** Commands that made room for a more urgent one, and go on after it. @type {Run[]} */
    this.aside = [];
    /** A past command whose plan is looked at; 0: the newest one's. */
    this.shown = 0;
    /** @type {Alert[]} */
    this.alerts = [];
    /** @type {import("./events.js").Link} */
    this.link = "lost";
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.due = false;
    /** Commands that began or ended so far: a state that was asked for before is old. */
    this.turn = 0;
    /** The number of the one that began last: events are its. */
    this.begun = 0;
    /** @type {Set<number>} numbers that are asked for */
    this.asked = new Set();
  }

  /** @param {() => void} draw */
  heard(draw) {
    this.listeners.add(draw);
  }

  /** Something is another: views are drawn once, soon. */
  changed() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      for (const draw of this.listeners) draw();
    });
  }

  get agent() {
    return this.agents.find((a) => a.name === this.name) ?? null;
  }

  /** Why the chosen agent takes no commands now, "" where it does. */
  get rests() {
    const { agent } = this;
    if (!agent || agent.phase === "running") return "";
    const words = agent.phase === "created" ? "has not been started yet" : `is ${agent.phase}`;
    return `${agent.name} ${words}. ${agent.why}`.trim();
  }

  get mayAct() {
    return this.me !== null && this.me.role !== "viewer";
  }

  /** The command under way, or in line. */
  get open() {
    return [...this.calls.values()].find((c) => OPEN.includes(c.state)) ?? null;
  }

  /** The plan that is to be shown: of the command under way, or the one that was chosen. @returns {Run | null} */
  get plan() {
    const past = this.shown ? this.calls.get(this.shown) : undefined;
    return past ? finished(past) : this.run;
  }

  /** @param {string} words @param {string} source */
  alert(words, source) {
    this.alerts = [...this.alerts.filter((a) => a.source !== source), { words, source }].slice(-3);
    this.changed();
  }

  /** @param {string} source */
  calm(source) {
    this.alerts = this.alerts.filter((a) => a.source !== source);
    this.changed();
  }

  // --- asked for ----------------------------------------------------------------------------

  async loadAgents() {
    this.agents = await ask("GET", "/v1/agents");
    this.changed();
  }

  /** @param {string} name */
  async choose(name) {
    this.name = name;
    this.state = this.seen = this.run = null;
    this.shown = 0;
    this.aside = [];
    this.calls = new Map();
    this.recordings = [];
    this.alerts = [];
    this.changed();
    await Promise.all([this.loadCalls(), this.loadState(), this.loadRecordings()]);
  }

  async loadCalls() {
    const [name, turn] = [this.name, this.turn];
    /** @type {Call[]} */
    const found = await ask("GET", `/v1/agents/${name}/commands?last=${LAST}`);
    if (name !== this.name) return;
    for (const call of found) if (SPOKEN.includes(call.verb)) this.calls.set(call.number, call);
    const newest = [...this.calls.values()].at(-1);
    const over = newest && !OPEN.includes(newest.state) && turn === this.turn;
    // The plan of the last one, where this page did not hear how it went.
    if (over && (!this.run?.over || this.run.number !== newest.number)) this.run = finished(newest);
    this.changed();
  }

  /** @returns {Promise<void>} */
  async loadState() {
    const [name, turn] = [this.name, this.turn];
    try {
      const state = await ask("GET", `/v1/agents/${name}/state`);
      if (name === this.name && turn !== this.turn) return await this.loadState(); // of before a command
      if (name === this.name) this.state = state;
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      if (name === this.name && error.status > 0) this.state = null; // it has no process now
    }
    this.changed();
  }

  async loadSeen() {
    const name = this.name;
    try {
      const seen = await ask("GET", `/v1/agents/${name}/seen`);
      if (name === this.name) this.seen = seen;
    } catch (error) {
      if (name === this.name && error instanceof Refused && error.status > 0) this.seen = null;
    }
    this.changed();
  }

  async loadRecordings() {
    const name = this.name;
    const found = await ask("GET", `/v1/agents/${name}/recordings`);
    if (name === this.name) this.recordings = found;
    this.changed();
  }

  /** @param {number} number */
  async loadCall(number) {
    if (this.asked.has(number)) return;
    this.asked.add(number);
    try {
      /** @type {Call} */
      const call = await ask("GET", `/v1/commands/${number}`);
      this.take(call);
    } catch {
      // the next news of it asks again
    } finally {
      this.asked.delete(number);
    }
  }

  /** A command as the gateway tells it. @param {Call} call */
  take(call) {
    if (call.agent !== this.name || !SPOKEN.includes(call.verb)) return;
    const before = this.calls.get(call.number);
    if (before && !OPEN.includes(before.state) && OPEN.includes(call.state)) return; // older news
    this.calls.set(call.number, call);
    this.calls = new Map([...this.calls].sort(([a], [b]) => a - b).slice(-LAST));
    this.changed();
  }

  // --- heard --------------------------------------------------------------------------------

  /** @param {Happened} happened */
  hear(happened) {
    if (happened.kind === "agent") {
      void this.loadAgents().catch(() => undefined);
      if (happened.name === this.name) void this.loadState().catch(() => undefined);
    } else if (happened.kind === "missed" || (happened.kind === "listening" && happened.missed)) {
      void this.loadCalls().catch(() => undefined);
    } else if (happened.kind === "halted" && happened.name === this.name) {
      void this.loadState().catch(() => undefined);
    } else if (happened.agent === this.name && happened.kind === "call") {
      this.#call(happened);
    } else if (happened.agent === this.name && happened.kind === "event") {
      this.#event(happened);
    }
    this.changed();
  }

  /** @param {Happened} told */
  #call(told) {
    const number = told.number ?? 0;
    const known = this.calls.get(number);
    const state = told.state ?? "";
    this.turn += 1;
    if (state === "begun") this.begun = number;
    if (this.state) this.state = { ...this.state, question: null }; // whatever waited is answered, or asked anew
    if (known) {
      this.calls.set(number, { ...known, state, ...(told.result !== undefined ? { result: told.result } : {}) });
    } else void this.loadCall(number);
    if (OPEN.includes(state)) return;
    if (this.run?.number === number) this.run.over = true;
    void this.loadCall(number); // when it ended, and what came of it
    void this.loadState().catch(() => undefined);
    void this.loadSeen();
    setTimeout(() => void this.loadRecordings().catch(() => undefined), 600);
  }

  /** @param {Happened} told */
  #event(told) {
    if (told.event === "command") {
      this.run = beginRun(this.begun, told.command ?? "");
      this.shown = 0;
      this.alerts = this.alerts.filter((a) => a.source !== "command");
    } else if (told.event === "set_aside") {
      if (this.run) this.aside.push(this.run);
    } else if (told.event === "taken_up") {
      this.run = this.aside.pop() ?? this.run;
      this.begun = this.run?.number ?? 0;
    } else if (told.event === "degraded") {
      if (/\b(came|is) back\b/.test(told.words ?? "")) this.calm(told.source ?? "");
      else this.alert(told.words ?? "", told.source ?? "");
    } else if (this.run) {
      follow(this.run, told);
      if (told.event === "action_done" || told.event === "plan") void this.loadSeen();
    }
  }
}
