// The plan as a tree that turns running, green or red, with what was understood and why.

import { el, fill, find, icon, unseen } from "./dom.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Step} Step */

const place = find("tree", HTMLElement);
const SPOKEN = {
  waiting: "to do", running: "at work", succeeded: "done", failed: "failed", skipped: "not done",
};
const ENDS = /** @type {Record<string, string>} */ ({
  succeeded: "Done", failed: "Failed", question: "Asks you", answered: "Answered", refused: "Refused",
  cannot: "Can't do that", cancelled: "Cancelled", expired: "Too late", lost: "Lost", done: "Done",
});

/** How a status is called on the page. @param {string} status */
export const ended = (status) => ENDS[status] ?? status;

export class PlanView {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.last = "";
  }

  draw() {
    const { plan, shown } = this.model;
    const now = JSON.stringify([plan, shown]);
    if (now === this.last) return;
    this.last = now;
    if (!plan) {
      fill(place, el("p", { class: "quiet" }, "Nothing was asked of it yet. Its plan comes here, step by step."));
      return;
    }
    const sure = plan.sure === null ? "" : `${Math.round(100 * plan.sure)} % sure`;
    fill(place,
        el("p", { class: "said" }, el("q", {}, plan.said), this.#chip(plan), sure && el("span", { class: "quiet" }, sure)),
      ...(plan.steps.length ? [this.#list(plan.steps, "")] : []),
      ...plan.notes.map((note) => el("p", { class: "quiet" }, note)),
      ...(!plan.steps.length && plan.over ? [el("p", { class: "quiet" }, "Nothing had to be moved for it.")] : []),
      ...(shown ? [el("button", { class: "link", onclick: () => { this.model.shown = 0; this.model.changed(); } },
        "Back to the newest command")] : []),
    );
    const doing = place.querySelector(".running .running > .step") ?? place.querySelector(".running > .step");
    if (!(doing instanceof HTMLElement) || place.scrollHeight <= place.clientHeight) return;
    const [box, view] = [doing.getBoundingClientRect(), place.getBoundingClientRect()];
    if (box.bottom > view.bottom) place.scrollTop += box.bottom - view.bottom;
    if (box.top < view.top) place.scrollTop += box.top - view.top;
  }

  /** @param {Run} plan */
  #chip(plan) {
    if (!plan.over) return el("span", { class: "chip running" }, plan.steps.length ? "At work" : "Understanding …");
    const kind = plan.status === "succeeded" ? "succeeded" : plan.status === "question" ? "question"
      : ["answered", "done"].includes(plan.status) ? "skipped" : "failed";
    return el("span", { class: `chip ${kind}` }, ended(plan.status));
  }

  /**
   * @param {Step[]} steps
   * @param {string} inside
   * @returns {HTMLElement}
   */
  #list(steps, inside) {
    const depth = inside ? inside.split(".").length + 1 : 1;
    const own = steps.filter((s) => s.path.split(".").length === depth && (!inside || s.path.startsWith(`${inside}.`)));
    return el("ol", {}, ...own.map((it) => this.#step(it, steps)));
  }

  /**
   * @param {Step} it
   * @param {Step[]} steps
   */
  #step(it, steps) {
    const why = it.why.length > 3 ? [...it.why.slice(0, 2), `and ${it.why.length - 2} more`] : it.why;
    return el("li", { class: it.mark, "data-path": it.path },
      el("div", { class: "step" }, icon(it.mark),
        el("div", {},
          el("p", { class: "words" }, it.branch && el("span", { class: "branch" }, `${it.branch} `), it.words || "…",
            it.rounds > 1 && el("span", { class: "quiet" }, ` × ${it.rounds}`), unseen(` (${SPOKEN[it.mark]})`)),
          it.doing && el("p", { class: "doing" }, it.doing),
          ...why.map((words) => el("p", { class: "why" }, words)),
          it.wrong && el("p", { class: "wrong" }, it.wrong))),
      steps.some((s) => s.path.startsWith(`${it.path}.`)) && this.#list(steps, it.path));
  }
}
