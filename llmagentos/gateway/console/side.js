// Agents with their states and budgets, and past commands with their recordings.

import { ask, raw } from "./api.js";
import { announce, el, fill, find, icon } from "./dom.js";
import { OPEN } from "./model.js";
import { ended } from "./plan.js";

/** @typedef {import("./types.js").Agent} Agent */
/** @typedef {import("./types.js").Call} Call */

const list = find("agents", HTMLElement);
const past = find("past", HTMLElement);
const PHASES = /** @type {Record<string, string>} */ ({
  running: "good", starting: "busy", restarting: "busy", pausing: "busy", stopping: "busy", paused: "held",
  failed: "bad",
});
/** What may be asked of its process in which phase, and how the button says it. */
const LIVES = /** @type {Record<string, [string, string][]>} */ ({
  running: [["pause", "Pause"]], paused: [["resume", "Go on"]], created: [["start", "Start"]],
  stopped: [["start", "Start"]], failed: [["start", "Start"]], ended: [["start", "Start"]],
});

export class Agents {
  /**
   * @param {import("./model.js").Model} model
   * @param {(name: string) => void} choose
   */
  constructor(model, choose) {
    this.model = model;
    this.choose = choose;
    this.last = "";
  }

  draw() {
    const { agents, name, mayAct } = this.model;
    const now = JSON.stringify([agents, name, mayAct]);
    if (now === this.last) return;
    this.last = now;
    fill(list, ...agents.map((agent) => this.#agent(agent, agent.name === name)),
      agents.length === 0 && el("li", { class: "quiet" }, "No agents yet."));
  }

  /** @param {Agent} agent @param {boolean} chosen */
  #agent(agent, chosen) {
    const lives = this.model.mayAct ? (LIVES[agent.phase] ?? []) : [];
    return el("li", { class: chosen ? "agent chosen" : "agent" },
      el("button", { class: "pick", "aria-pressed": chosen ? "true" : "false", onclick: () => this.choose(agent.name) },
        el("span", { class: `dot ${PHASES[agent.phase] ?? ""}`, "aria-hidden": "true" }),
        el("span", { class: "name" }, agent.name), el("span", { class: "quiet" }, agent.phase)),
      agent.persona?.role && el("p", { class: "quiet" }, agent.persona.role),
      agent.why && el("p", { class: "wrong" }, agent.why),
      meter("Memory", agent.memory_mb, agent.budgets.memory_mb, "MB", 0),
      meter("Processor", agent.cores, agent.budgets.cores, "cores", 2),
      agent.in_line > 0 && el("p", { class: "quiet" }, `${agent.in_line} in line`),
      lives.length > 0 && el("div", { class: "row" }, ...lives.map(([verb, words]) =>
        el("button", { class: "small", onclick: () => void this.#life(agent.name, verb) }, words))));
  }

  /** @param {string} name @param {string} verb */
  async #life(name, verb) {
    try {
      await ask("POST", `/v1/agents/${name}/life/${verb}`, {});
      await this.model.loadAgents();
    } catch (error) {
      this.model.alert(error instanceof Error ? error.message : String(error), "life");
    }
  }
}

/**
 * How much of a budget is used; only the figure where there is none.
 * @param {string} what
 * @param {number} used
 * @param {number | undefined} most
 * @param {string} unit
 * @param {number} digits
 */
function meter(what, used, most, unit, digits) {
  const words = `${used.toFixed(digits)}${most ? ` of ${most.toFixed(digits)}` : ""} ${unit}`;
  const shown = el("div", { class: "meter" }, el("span", {}, what), el("span", { class: "figure" }, words));
  if (most) {
    const full = used > 0.9 * most;
    shown.append(el("meter", { min: 0, max: most, value: Math.min(used, most), high: 0.9 * most, class: full ? "full" : "",
      "aria-label": `${what}: ${words}` }));
  }
  return shown;
}

export class Past {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.last = "";
  }

  draw() {
    const { calls, recordings, shown } = this.model;
    const over = [...calls.values()].filter((c) => !OPEN.includes(c.state)).reverse();
    const now = JSON.stringify([over.map((c) => [c.number, c.state, c.ended_at]), recordings.length, shown]);
    if (now === this.last) return;
    this.last = now;
    fill(past, ...over.map((call) => this.#row(call)),
      over.length === 0 && el("li", { class: "quiet" }, "What was done comes here, with its recording."));
  }

  /** @param {Call} call */
  #row(call) {
    const result = call.result && typeof call.result === "object" ? call.result : null;
    const status = result?.status ?? call.state;
    const mark = status === "succeeded" || status === "answered" ? "succeeded" : status === "question" ? "question"
      : status === "cancelled" ? "skipped" : "failed";
    const flight = this.#flight(call);
    const took = call.began_at && call.ended_at ? `${(call.ended_at - call.began_at).toFixed(1)} s` : "";
    const at = call.asked_at ? new Date(1000 * call.asked_at) : null;
    const words = call.args?.text ?? (call.args?.yes ? "Yes, do it." : "No, leave it.");
    const about = [at?.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), ended(status), took,
      call.who === this.model.me?.name ? "" : call.who]; // one's own name says nothing
    return el("li", { class: this.model.shown === call.number ? "chosen" : "" },
      icon(mark),
      el("button", { class: "pick", title: "Show its plan", onclick: () => this.#show(call.number) },
        el("span", { class: "name" }, words),
        el("span", { class: "quiet" }, about.filter(Boolean).join(" · "))),
      flight && el("button", { class: "icon-button", "aria-label": `Download the recording of "${words}"`,
        title: `Recording (${Math.ceil(flight.bytes / 1000)} kB): llmagentos replay or Foxglove shows it`,
        onclick: () => void this.#download(flight.name) }, icon("download")));
  }

  /** @param {number} number */
  #show(number) {
    this.model.shown = this.model.shown === number ? 0 : number;
    this.model.changed();
    document.getElementById("plan")?.scrollIntoView({ block: "nearest" });
  }

  /** The recording that was written last while the command ran or just after. @param {Call} call */
  #flight(call) {
    const [from, to] = [call.began_at ?? 0, (call.ended_at ?? 0) + 1];
    const plain = (call.args?.text ?? "yes").toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 12).replace(/-$/, "");
    const there = this.model.recordings.filter((r) => r.at_s >= from && r.at_s <= to);
    return there.find((r) => r.name.includes(plain)) ?? there[0] ?? null;
  }

  /** @param {string} name */
  async #download(name) {
    try {
      const answer = await raw("GET", `/v1/agents/${this.model.name}/recordings/${name}`);
      const address = URL.createObjectURL(await answer.blob());
      el("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      announce("The recording is downloaded.");
    } catch (error) {
      this.model.alert(error instanceof Error ? error.message : String(error), "recording");
    }
  }
}
