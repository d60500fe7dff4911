// The page put together: who is signed in, which agent is looked at, keys, and what is drawn when.

import { ask, forget, keep, kept, Refused } from "./api.js";
import { Camera } from "./camera.js";
import { Chat } from "./chat.js";
import { announce, el, fill, find, say } from "./dom.js";
import { Events } from "./events.js";
import { Microphone } from "./microphone.js";
import { Model } from "./model.js";
import { PlanView } from "./plan.js";
import { Agents, Past } from "./side.js";
import { Stop } from "./stop.js";

/** How often what no event tells is asked for, milliseconds. */
const LOOK_MS = 1500;
const AGENT = "llmagentos.agent";
const THEME = "llmagentos.theme";

const page = find("page", HTMLElement);
const entry = find("entry", HTMLElement);
const stopButton = find("stop", HTMLButtonElement);
const stopWords = find("stop-words", HTMLElement);
const linkPill = find("link", HTMLElement);
const safetyPill = find("safety", HTMLElement);
const alerts = find("alerts", HTMLElement);
const held = find("held", HTMLElement);

const model = new Model();
const camera = new Camera(model);
const chat = new Chat(model);
const plan = new PlanView(model);
const agents = new Agents(model, (name) => void choose(name));
const past = new Past(model);
const events = new Events((happened) => model.hear(happened), linked);
const stop = new Stop(stopped);
const microphone = new Microphone(model, chat, stopped);

// --- stop: first of all, and with nothing before it ----------------------------------------------

stopButton.addEventListener("pointerdown", (event) => {
  if (event.button === 0) stop.press(event.timeStamp); // when it is pressed, not when it is let go
});
stopButton.addEventListener("click", (event) => {
  if (event.detail === 0) stop.press(event.timeStamp); // by keys, or by what reads the page
});
document.addEventListener("keydown", (event) => {
  if (event.repeat || page.hidden) return;
  const inside = event.target instanceof Element && event.target.closest("input, textarea, select, button, a, summary");
  if (event.key === "Escape" || (event.key === " " && !inside)) {
    event.preventDefault();
    stop.press(event.timeStamp);
  }
});

/** @param {import("./stop.js").Told} told */
function stopped(told) {
  stopButton.dataset["phase"] = told.phase;
  stopWords.className = told.phase;
  say(stopWords, told.words);
  if (told.phase === "stopped") {
    stopButton.dataset["ms"] = told.ms.toFixed(0);
    void model.loadState().catch(() => undefined);
  }
}

/** Take commands again. */
async function reset() {
  try {
    const told = await ask("POST", `/v1/agents/${model.name}/reset`, {});
    if (told.reset === false) model.alert(told.words, "reset");
    else {
      stopped({ phase: "idle", words: "", tries: 0, ms: 0 });
      announce("It takes commands again.");
    }
    await model.loadState();
  } catch (error) {
    model.alert(error instanceof Error ? error.message : String(error), "reset");
  }
}

// --- who looks, at what --------------------------------------------------------------------------

/** @param {string} words why nobody is signed in */
function signedOut(words) {
  forget();
  events.end();
  camera.end();
  microphone.close();
  model.me = null;
  page.hidden = true;
  entry.hidden = false;
  say(find("entry-words", HTMLElement), words);
  find("token", HTMLInputElement).focus();
}

async function signIn() {
  try {
    model.me = await ask("GET", "/v1/me");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return signedOut("That token is unknown, revoked or over.");
    say(find("entry-words", HTMLElement), "The gateway does not answer. Trying again …");
    setTimeout(() => void signIn(), 1500);
    return;
  }
  say(find("entry-words", HTMLElement), "");
  entry.hidden = true;
  page.hidden = false;
  await guarded(model.loadAgents());
  const before = sessionStorage.getItem(AGENT);
  const robot = model.agents.find((a) => a.kind === "robot" || a.kind === "graph");
  const first = model.agents.find((a) => a.name === before) ?? robot ?? model.agents[0];
  if (first) await choose(first.name);
  // A command under way began before this page: what is kept of it is heard again.
  events.begin(model.open ? "0-0" : "");
  await microphone.look();
}

/** @param {string} name */
async function choose(name) {
  sessionStorage.setItem(AGENT, name);
  await guarded(model.choose(name));
  camera.begin();
  await guarded(model.loadSeen());
}

/** A look that fails: the token is over, or the gateway is away, which the pill says. @param {Promise<unknown>} work */
async function guarded(work) {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) signedOut("Your token is over. Sign in with another one.");
    return false;
  }
}

/** @param {import("./events.js").Link} link */
function linked(link) {
  const back = model.link === "lost" && link === "live";
  model.link = link;
  if (link === "over") signedOut("Your token is over. Sign in with another one.");
  else if (link === "lost") void guarded(ask("GET", "/v1/me")); // a token that is over says so here
  else if (back && model.name) {
    void guarded(Promise.all([model.loadAgents(), model.loadCalls(), model.loadState(), model.loadRecordings()]));
    void model.loadSeen();
  }
  model.changed();
}

async function look() {
  if (!page.hidden && !document.hidden && model.name) {
    if (await guarded(Promise.all([model.loadState(), model.loadAgents()]))) {
      events.again();
      if (model.state && !model.open) await model.loadSeen();
    }
  }
  setTimeout(() => void look(), LOOK_MS);
}

// --- drawing -------------------------------------------------------------------------------------

const SAFETY = /** @type {Record<string, [string, string]>} */ ({
  armed: ["Ready", "good"], moving: ["Moving", "busy"], stopping: ["Stopping", "bad"], stopped: ["Stopped", "bad"],
});

function draw() {
  const { link, state, agent, me } = model;
  const live = link === "live";
  say(linkPill, live ? "Connected" : "Reconnecting …");
  linkPill.dataset["tone"] = live ? "good" : "bad";
  const [words, tone] = SAFETY[state?.safety ?? ""] ?? [state?.safety ?? agent?.phase ?? "", ""];
  const moves = words === "Ready" && model.open?.state === "begun";
  const paused = agent?.phase === "paused" && words === "Ready";
  say(safetyPill, !live && !state ? "" : paused ? "Paused" : moves ? "At work" : words);
  safetyPill.dataset["tone"] = moves || paused ? "busy" : tone;
  say(find("agent-name", HTMLElement), model.name || "No agent");
  say(find("who", HTMLElement), me ? `${me.name} · ${me.role}` : "");
  const stands = state?.safety === "stopped";
  held.hidden = !stands;
  if (stands) {
    const by = /^(.*): stop$/.exec(state?.why ?? "");
    say(find("held-words", HTMLElement), by ? `Stopped by ${by[1]}.` : `Stopped. ${state?.why ?? ""}`.trim());
  }
  find("reset", HTMLButtonElement).hidden = !model.mayAct;
  fill(alerts, ...model.alerts.map((alert) => el("div", { class: "alert" }, el("p", {}, alert.words),
    el("button", { class: "link", onclick: () => model.calm(alert.source) }, "Dismiss"))));
  camera.draw();
  plan.draw();
  chat.draw();
  agents.draw();
  past.draw();
  microphone.draw();
}

/** @param {string} theme "light", "dark", or "" for the system's */
function shade(theme) {
  if (theme) document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
}

find("theme", HTMLButtonElement).addEventListener("click", () => {
  const dark = document.documentElement.dataset["theme"]
    ? document.documentElement.dataset["theme"] === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  localStorage.setItem(THEME, dark ? "light" : "dark");
  shade(dark ? "light" : "dark");
});
find("names", HTMLButtonElement).addEventListener("click", (event) => {
  camera.names = !camera.names;
  /** @type {HTMLElement} */ (event.currentTarget).setAttribute("aria-pressed", String(camera.names));
  camera.draw();
});
find("reset", HTMLButtonElement).addEventListener("click", () => void reset());
find("leave", HTMLButtonElement).addEventListener("click", () => signedOut(""));
find("sign-in", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const given = find("token", HTMLInputElement);
  keep(given.value.trim(), find("remember", HTMLInputElement).checked);
  given.value = "";
  void signIn();
});

new ResizeObserver(([dock]) => {
  document.documentElement.style.setProperty("--dock", `${dock?.target.clientHeight ?? 170}px`); // a phone's room for it
}).observe(find("dock", HTMLElement));
// A phone's keyboard lies over what is fixed at the bottom; what stops must not be under it.
window.visualViewport?.addEventListener("resize", () => {
  const under = innerHeight - (visualViewport?.height ?? innerHeight) - (visualViewport?.offsetTop ?? 0);
  document.documentElement.style.setProperty("--keys", `${Math.max(0, under)}px`);
});
shade(localStorage.getItem(THEME) ?? "");
model.heard(draw);
if (kept()) void signIn();
else signedOut("");
setTimeout(() => void look(), LOOK_MS);
