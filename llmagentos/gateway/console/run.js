// A command's plan while it runs, made of its events; or afterwards, of its result. Pure: no page, no gateway.

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Step} Step */
/** @typedef {import("./types.js").Happened} Happened */

/** Steps that only say something: the conversation has it. */
const WORDS = ["cannot", "refuse", "unclear", "ask", "yes", "no"];

/**
 * @param {number} number
 * @param {string} said
 * @returns {Run}
 */
export function beginRun(number, said) {
  return {
    number, said, steps: [], notes: [], touched: [], now: [], hints: null, over: false, status: "", reply: "",
    sure: null,
  };
}

/**
 * @param {string} path
 * @param {string} words
 * @param {string} [branch]
 * @returns {Step}
 */
const step = (path, words, branch = "") => ({
  path, words, branch, mark: "waiting", why: [], doing: "", wrong: "", rounds: 0,
});

/** "0.10" comes after "0.9". @param {string} a @param {string} b */
export function order(a, b) {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [x, y] = [left[i] ?? -1, right[i] ?? -1];
    if (x !== y) return x - y;
  }
  return 0;
}

/**
 * The step with that path, made where it was not planned.
 * @param {Run} run
 * @param {string} path
 * @param {string} words
 */
function at(run, path, words) {
  let found = run.steps.find((s) => s.path === path);
  if (!found) {
    found = step(path, words);
    run.steps.push(found);
    run.steps.sort((a, b) => order(a.path, b.path));
  }
  return found;
}

/**
 * Take in what happened.
 * @param {Run} run
 * @param {Happened} told
 */
export function follow(run, told) {
  const words = told.words ?? "";
  const path = told.path ?? "";
  if (told.event === "plan") {
    const rows = (told.outline ?? []).filter((row) => !WORDS.includes(row.op));
    run.steps = rows.map((row) => step(row.path, row.words, row.branch));
    run.hints = told.plan;
  } else if (told.event === "rehearsed") {
    run.notes = [`Tried out first: ${words}.`];
  } else if (told.event === "step_started") {
    const it = at(run, path, words);
    if (it.mark !== "waiting") {
      for (const inner of run.steps) if (inner.path.startsWith(`${path}.`)) inner.mark = "waiting";
    }
    if (words) it.words = words;
    it.mark = "running";
    it.why = [];
    it.rounds += 1;
  } else if (told.event === "grounded") {
    at(run, path, "").why.push(words);
    run.touched = [...new Set([...run.touched, ...(told.ids ?? [])])];
    run.hints = null; // now it is known
  } else if (told.event === "action_started") {
    const action = told.action ?? {};
    at(run, path, "").doing = words;
    run.now = [action["object_id"], action["support"]].filter((id) => typeof id === "string");
  } else if (told.event === "action_done") {
    const it = at(run, path, "");
    it.doing = "";
    if (told.status === "failed" && words) it.wrong = words;
    run.now = [];
  } else if (told.event === "step_done") {
    const it = at(run, path, words);
    it.mark = told.status === "failed" ? "failed" : "succeeded";
    it.doing = "";
    if (it.mark === "failed") it.wrong = words || it.wrong;
    else it.wrong = "";
  } else if (told.event === "result") {
    end(run, told.status ?? "", told.reply ?? "");
  }
}

/**
 * @param {Run} run
 * @param {string} status
 * @param {string} reply
 */
function end(run, status, reply) {
  run.over = true;
  run.status = status;
  run.reply = reply;
  run.now = run.touched = [];
  if (status !== "question") run.hints = null; // what is asked about is still what it would touch
  for (const it of run.steps) {
    it.doing = "";
    if (it.mark === "running") it.mark = status === "succeeded" ? "succeeded" : "failed";
    if (it.mark === "waiting" && status !== "question") it.mark = "skipped";
  }
}

/**
 * A command that is over, by what came of it.
 * @param {import("./types.js").Call} call
 * @returns {Run}
 */
export function finished(call) {
  const run = beginRun(call.number, call.args?.text ?? (call.args?.yes ? "Yes" : "No"));
  const result = call.result;
  if (result === null || typeof result !== "object") {
    run.reply = result ?? "";
    run.status = call.state;
    run.over = true;
    return run;
  }
  for (const done of result.steps ?? []) {
    if (WORDS.includes(done.op)) continue;
    const it = at(run, done.path, done.words);
    it.rounds += 1;
    it.why = (done.grounded ?? []).map((g) => g.words);
    it.mark = done.status === "succeeded" ? "succeeded" : done.status === "failed" ? "failed" : "skipped";
    if (it.mark === "failed") it.wrong = done.reason || result.reply;
  }
  run.sure = result.confidence ?? null;
  end(run, result.status, result.reply);
  run.hints = null;
  return run;
}

/**
 * Which of the things that are seen a plan may mean, before it is known: those of a kind and colour that it
 * names.
 * @param {any} plan
 * @param {import("./types.js").Thing[]} things
 * @returns {string[]}
 */
export function meant(plan, things) {
  /** @type {Set<string>} */
  const found = new Set();
  const look = (/** @type {any} */ node) => {
    if (Array.isArray(node)) node.forEach(look);
    else if (node && typeof node === "object") {
      const colors = Array.isArray(node.colors) ? node.colors : [];
      const kind = typeof node.kind === "string" && node.kind !== "object" ? node.kind : "";
      if ("quant" in node && (kind || colors.length)) {
        for (const thing of things) {
          const fits = (!kind || thing.kind === kind) && (!colors.length || colors.includes(thing.color));
          if (fits) found.add(thing.id);
        }
      }
      Object.values(node).forEach(look);
    }
  };
  look(plan);
  return [...found];
}
