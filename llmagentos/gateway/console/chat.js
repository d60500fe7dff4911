// What was said, what it answered; its questions as buttons; a field to say something. A yes to a risky step
// goes by its own door (`confirm`), as no words do.

import { ask, Refused } from "./api.js";
import { announce, el, fill, find, icon, say, unseen } from "./dom.js";
import { OPEN } from "./model.js";
import { ended } from "./plan.js";

/** @typedef {import("./types.js").Call} Call */

const log = find("log", HTMLElement);
const form = find("composer", HTMLFormElement);
const field = find("say", HTMLInputElement);
const send = find("send", HTMLButtonElement);
const note = find("note", HTMLElement);
const asks = find("question", HTMLElement);
const ideas = find("ideas", HTMLElement);

/** Actions that can be undone. */
const MOVES = ["pick", "place", "push", "turn"];

export class Chat {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Map<number, {made: HTMLElement, told: string}>} */
    this.drawn = new Map();
    this.of = "";
    this.asked = "";
    this.problem = "";
    this.sending = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text) return;
      field.value = "";
      void this.command(text).then((done) => {
        if (!done && !field.value) field.value = text; // nothing that was typed is lost
      });
    });
  }

  /** @param {string} text */
  command(text) {
    return this.#act("commands", { text });
  }

  undo() {
    return this.#act("undo", {});
  }

  /** @param {string} question @param {boolean} yes */
  confirm(question, yes) {
    return this.#act("confirm", { question, yes });
  }

  /** @param {number} number */
  async cancel(number) {
    try {
      this.model.take(await ask("POST", `/v1/commands/${number}/cancel`, {}));
    } catch (error) {
      this.#wrong(error);
    }
  }

  /**
   * @param {string} verb
   * @param {object} body
   */
  async #act(verb, body) {
    this.problem = "";
    this.sending += 1;
    this.model.changed();
    try {
      /** @type {Call} */
      const call = await ask("POST", `/v1/agents/${this.model.name}/${verb}`, body);
      this.model.take(call);
      return true;
    } catch (error) {
      this.#wrong(error);
      return false;
    } finally {
      this.sending -= 1;
      this.model.changed();
    }
  }

  /** @param {unknown} error */
  #wrong(error) {
    const lost = error instanceof Refused && error.status === 0;
    const words = error instanceof Error ? error.message : String(error);
    this.problem = lost ? "That did not arrive: the gateway does not answer. Nothing was done; say it again." : words;
    announce(this.problem);
    this.model.changed();
  }

  draw() {
    const { model } = this;
    if (this.of !== model.name) {
      this.of = model.name;
      this.drawn.clear();
      log.replaceChildren();
    }
    const down = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const newest = [...model.calls.values()].at(-1);
    for (const call of model.calls.values()) this.#call(call, call === newest);
    for (const [number, { made }] of this.drawn) {
      if (!model.calls.has(number)) {
        made.remove();
        this.drawn.delete(number);
      }
    }
    if (down) log.scrollTop = log.scrollHeight;
    this.#question();
    this.#ideas();
    const can = model.mayAct && model.agent?.phase === "running" && model.link !== "over";
    field.disabled = send.disabled = !can;
    say(note, this.problem || this.#note());
    note.classList.toggle("wrong", this.problem !== "");
  }

  #note() {
    const { model } = this;
    if (!model.me) return "";
    if (!model.mayAct) return "You look with a viewer's token: you may stop the robot, not command it.";
    if (!model.agent) return "There is no agent yet: llmagentos agent create NAME --spec FILE --start";
    if (model.rests) return model.rests;
    if (model.state?.safety === "stopped") return "It is stopped. Let it take commands again first.";
    return "";
  }

  /**
   * @param {Call} call
   * @param {boolean} newest
   */
  #call(call, newest) {
    const { model } = this;
    const open = OPEN.includes(call.state);
    const doing = open && newest ? (model.run?.steps.find((s) => s.doing)?.doing ?? "") : "";
    const told = JSON.stringify([call.state, call.result, newest, doing, model.mayAct, call.args]);
    const before = this.drawn.get(call.number);
    if (before?.told === told) return;
    const mine = call.args?.text ?? (call.verb === "confirm" ? (call.args?.yes ? "Yes, do it." : "No, leave it.") : "…");
    const who = call.who === model.me?.name ? "You" : call.who;
    const made = el("article", { class: "turn", "data-number": call.number },
      el("div", { class: "mine" }, unseen(`${who}: `), el("p", {}, mine),
        who !== "You" && el("span", { class: "quiet who" }, who)),
      el("div", { class: `theirs ${this.#tone(call)}` }, unseen("Robot: "),
        el("p", {}, open && el("span", { class: "pulse", "aria-hidden": "true" }), this.#answer(call, doing)),
        el("div", { class: "after" },
          open && model.mayAct && el("button", { class: "link", onclick: () => void this.cancel(call.number) }, "Cancel"),
          newest && !open && model.mayAct && moved(call)
            && el("button", { class: "link", onclick: () => void this.undo() }, icon("undo"), "Undo"))));
    if (before) before.made.replaceWith(made);
    else {
      const after = [...this.drawn].filter(([n]) => n > call.number).sort(([a], [b]) => a - b)[0];
      log.insertBefore(made, after ? after[1].made : null);
    }
    this.drawn.set(call.number, { made, told });
  }

  /** @param {Call} call @param {string} doing */
  #answer(call, doing) {
    if (call.state === "queued") return "In line …";
    if (call.state === "begun") return doing ? `${doing[0]?.toUpperCase()}${doing.slice(1)} …` : "Understanding …";
    const result = call.result;
    if (result && typeof result === "object" && "reply" in result) return result.reply || ended(result.status);
    if (typeof result !== "string" || !result) return ended(call.state);
    if (call.verb === "confirm" && result.includes("waits no more")) return "That question waits no more. Nothing was done.";
    return result.replace(/^\w+Error: /, "");
  }

  /** @param {Call} call */
  #tone(call) {
    if (OPEN.includes(call.state)) return "open";
    const status = call.result && typeof call.result === "object" ? call.result.status : call.state;
    return ["failed", "refused", "cannot", "lost", "expired"].includes(status) ? "bad" : status;
  }

  /** The question that waits, as buttons. */
  #question() {
    const { model } = this;
    const waits = model.state?.question ?? null;
    const key = JSON.stringify([waits, model.me, model.open !== null]);
    if (key === this.asked) return;
    this.asked = key;
    asks.hidden = waits === null || model.open !== null;
    if (!waits) return;
    const can = model.mayAct;
    if (waits.needs_yes) {
      const person = model.me?.person === true;
      asks.className = "card risky";
      fill(asks,
        el("h3", {}, "Your yes is needed"),
        el("p", {}, waits.words),
        el("div", { class: "row" },
          el("button", { class: "yes", disabled: !can || !person, onclick: () => void this.confirm(waits.id, true) }, "Yes, do it"),
          el("button", { disabled: !can || !person, onclick: () => void this.confirm(waits.id, false) }, "No, leave it")),
        !can ? el("p", { class: "quiet" }, "A viewer can't say yes to that; an operator can.")
          : !person ? el("p", { class: "quiet" }, "This token is a program's: a person has to say yes, with their own.")
            : el("p", { class: "quiet" }, "No model and no program can press this."),
      );
    } else {
      asks.className = "card";
      fill(asks,
        el("h3", {}, "It asks"),
        el("p", {}, waits.words),
        waits.answers.length > 0 && el("div", { class: "row" }, ...waits.answers.map((answer) =>
          el("button", { disabled: !can, onclick: () => void this.command(answer.say) }, answer.words))),
        el("p", { class: "quiet" }, waits.answers.length ? "Or answer in your own words." : "Answer in your own words."),
      );
    }
    if (!asks.hidden) announce(waits.words);
  }

  /** What could be said, of what is there, while nothing was said yet. */
  #ideas() {
    const { model } = this;
    const things = model.seen?.things ?? [];
    const block = things.find((t) => t.kind === "block");
    const bowl = things.find((t) => t.kind === "bowl" && t.color !== block?.color) ?? things.find((t) => t.kind === "bowl");
    const show = model.calls.size === 0 && model.mayAct && things.length > 0;
    if (ideas.hidden === !show) return;
    ideas.hidden = !show;
    if (!show) return;
    const said = ["What do you see?", "Go home", ...(block && bowl ? [`Put the ${block.words} in the ${bowl.words}`] : [])];
    fill(ideas, el("p", { class: "quiet" }, "Say what it should do, in plain English. For example:"),
      ...said.map((words) => el("button", { onclick: () => void this.command(words) }, words)));
  }
}

/** Whether a command moved something that could be put back. @param {Call} call */
function moved(call) {
  const result = call.result;
  if (result === null || typeof result !== "object") return false;
  return (result.steps ?? []).some((s) => (s.actions ?? []).some((a) => MOVES.includes(a.name)));
}
