// Talking to the page: the button is held, or pressed by keys before and after; sound goes to the gateway, which
// hears on board, and comes back as text, which is shown and then said like what is typed (chat.js). A stop that
// is heard has been done by the gateway already. Where nothing can be heard there is no button.
//
// Replies are said by the browser's own voice, where that is switched on; never while somebody talks.

import { ask, subprotocols } from "./api.js";
import { announce, el, fill, find } from "./dom.js";
import { OPEN } from "./model.js";
import { words } from "./stop.js";

/** Sound still on its way when the button is let go; how long microphone and connection are kept, milliseconds. */
const TAIL_MS = 250;
const KEEP_MS = 60000;
/** What was heard is shown for so long once it is being done, milliseconds. */
const SHOWN_MS = 8000;
/** Pieces that wait for a connection: 10 s of 48 kHz. */
const WAITING = 480;
const ALOUD = "llmagentos.aloud";

const button = find("talk", HTMLButtonElement);
const aloud = find("aloud", HTMLButtonElement);
const card = find("heard", HTMLElement);

/** @typedef {{text: string, confidence: number}} Reading */
/** @typedef {{kind: string, text?: string, question?: string, note?: string, words?: string, why?: string, readings?: Reading[], agents?: any, sessions?: any}} Row */

export class Microphone {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./chat.js").Chat} chat
   * @param {(told: import("./stop.js").Told) => void} stopped
   */
  constructor(model, chat, stopped) {
    this.model = model;
    this.chat = chat;
    this.stopped = stopped;
    this.hears = false;
    this.talking = false;
    /** @type {AudioContext | null} */
    this.sound = null;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {ArrayBuffer[]} */
    this.waiting = [];
    this.of = "";
    this.timer = 0;
    /** Commands whose reply was said, or that ended before. @type {Set<number> | null} */
    this.said = null;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      void this.begin();
    });
    for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, () => this.end());
    button.addEventListener("click", (event) => {
      if (event.detail !== 0) return; // a pointer's, which was heard
      if (this.talking) this.end();
      else void this.begin();
    });
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a finger that rests
    aloud.addEventListener("click", () => this.#loud(aloud.getAttribute("aria-pressed") !== "true"));
    aloud.setAttribute("aria-pressed", String(localStorage.getItem(ALOUD) === "on"));
  }

  /** Whether there is anything that hears, here and there. */
  async look() {
    const can = window.isSecureContext && navigator.mediaDevices !== undefined && "AudioWorkletNode" in window;
    try {
      this.hears = can && (await ask("GET", "/v1/speech")).hears === true;
    } catch {
      this.hears = false; // an older gateway, or none: looked for again with the next sign-in
    }
    this.model.changed();
  }

  /** Somebody begins to talk. */
  async begin() {
    if (this.talking || button.disabled) return;
    speechSynthesis?.cancel();
    clearTimeout(this.timer);
    this.talking = true;
    this.waiting = [];
    this.#show("Listening …");
    button.setAttribute("aria-pressed", "true");
    try {
      await this.#open();
    } catch (error) {
      this.talking = false;
      button.setAttribute("aria-pressed", "false");
      this.close();
      const denied = error instanceof DOMException && error.name === "NotAllowedError";
      this.#show(denied ? "The browser does not let this page use the microphone." : "There is no microphone that can be used.");
    }
  }

  /** The button was let go: what was said is a sentence. */
  end() {
    if (!this.talking) return;
    button.setAttribute("aria-pressed", "false");
    this.#show("Understanding what was said …");
    setTimeout(() => {
      this.talking = false;
      this.#send("over");
      this.timer = setTimeout(() => this.close(), KEEP_MS);
    }, TAIL_MS);
  }

  /** The microphone is nobody's any more. */
  close() {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.sound?.close();
    const socket = this.socket;
    this.sound = this.stream = this.socket = null;
    this.waiting = [];
    socket?.close();
  }

  draw() {
    const { model } = this;
    const can = this.hears && model.mayAct;
    button.hidden = !can;
    aloud.hidden = !can || !("speechSynthesis" in window);
    button.disabled = model.agent?.phase !== "running" || model.link === "over";
    if (this.of && this.of !== model.name) this.close();
    this.#reply();
  }

  async #open() {
    const { name } = this.model;
    if (!this.sound) {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      this.sound = new AudioContext();
      await this.sound.audioWorklet.addModule("samples.js");
      const samples = new AudioWorkletNode(this.sound, "samples", { numberOfOutputs: 0 });
      samples.port.onmessage = (message) => this.talking && this.#send(message.data);
      this.sound.createMediaStreamSource(this.stream).connect(samples);
    }
    await this.sound.resume();
    if (this.socket && this.of === name && this.socket.readyState <= WebSocket.OPEN) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const path = `/v1/agents/${name}/speech?rate=${this.sound.sampleRate}`;
    const socket = new WebSocket(`${scheme}//${location.host}${path}`, subprotocols());
    this.socket = socket;
    this.of = name;
    socket.onopen = () => {
      for (const piece of this.waiting.splice(0)) socket.send(piece);
    };
    socket.onmessage = (message) => this.#hear(JSON.parse(String(message.data)));
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.talking || event.code === 1008) this.#show(event.reason || "What was said did not arrive: say it again.");
    };
  }

  /** @param {any} piece samples, or a word */
  #send(piece) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(piece);
    else if (this.waiting.length < WAITING) this.waiting.push(piece);
  }

  /** @param {Row} row */
  #hear(row) {
    if (row.kind === "heard") this.#heard(row);
    else if (row.kind === "nothing") this.#show("Nothing was heard: hold the button while you talk.");
    else if (row.kind === "told") this.#show(row.words ?? "");
    else if (row.kind === "stopped") {
      this.#show("You said stop.");
      const [phase, told] = words({ agents: row.agents, sessions: row.sessions });
      this.stopped({ phase, words: told, tries: 1, ms: 0 });
    } else if (row.kind === "not stopped") {
      this.stopped({ phase: "undelivered", words: `The stop that you said was NOT delivered: ${row.why}. Press STOP.`, tries: 1, ms: 0 });
    }
  }

  /** @param {Row} row */
  #heard(row) {
    if (row.text) {
      this.#do(`I heard: ${row.text}`, row.text, row.note);
      return;
    }
    const readings = (row.readings ?? []).slice(0, 2).map((reading) => el("button", {
      onclick: () => this.#do(`You said: ${reading.text}`, reading.text),
    }, reading.text));
    this.#show(row.question ?? "", "", readings);
  }

  /** Show it, and say it to the robot; a moment after that has begun the conversation shows it alone.
   * @param {string} told @param {string} text @param {string} [note] */
  #do(told, text, note) {
    this.#show(told, note);
    void this.chat.command(text).then(() => setTimeout(() => {
      if (card.firstChild?.textContent === told) card.hidden = true;
    }, SHOWN_MS));
  }

  /** @param {string} told @param {string} [note] @param {HTMLElement[]} [answers] */
  #show(told, note = "", answers = []) {
    card.hidden = !told;
    fill(card, el("p", {}, told), note && el("p", { class: "quiet" }, note),
      answers.length > 0 && el("div", { class: "row" }, ...answers));
    announce(told);
  }

  /** @param {boolean} on */
  #loud(on) {
    aloud.setAttribute("aria-pressed", String(on));
    if (on) localStorage.setItem(ALOUD, "on");
    else localStorage.removeItem(ALOUD);
    if (!on && "speechSynthesis" in window) speechSynthesis.cancel();
  }

  /** Say what came of commands that ended since the page is there. */
  #reply() {
    const over = [...this.model.calls.values()].filter((call) => !OPEN.includes(call.state));
    const said = this.said;
    this.said = new Set(over.map((call) => call.number));
    if (said === null || aloud.hidden || aloud.getAttribute("aria-pressed") !== "true" || this.talking) return;
    for (const call of over) {
      const reply = call.result && typeof call.result === "object" ? call.result.reply : "";
      if (!said.has(call.number) && reply && call.agent === this.model.name) {
        speechSynthesis.speak(new SpeechSynthesisUtterance(reply));
      }
    }
  }
}
