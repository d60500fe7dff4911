// What happens, over a WebSocket that comes back by itself and goes on where it was. Does not know what
// events mean (model.js).

import { subprotocols } from "./api.js";

/** Until the next try after a loss: longer and longer, milliseconds. */
const LATER_MS = [200, 400, 800, 1500, 3000];
const OVER = 4401;

/** @typedef {import("./types.js").Happened} Happened */
/** @typedef {"live" | "lost" | "over"} Link */

export class Events {
  /**
   * @param {(happened: Happened) => void} hear
   * @param {(link: Link) => void} tell
   */
  constructor(hear, tell) {
    this.hear = hear;
    this.tell = tell;
    /** The mark of what was heard last: to go on from. */
    this.at = "";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.losses = 0;
    this.timer = 0;
  }

  /** @param {string} since "" for what happens from now on */
  begin(since) {
    this.end();
    this.at = since;
    this.#open();
  }

  end() {
    clearTimeout(this.timer);
    if (this.socket) {
      this.socket.onclose = null;
      this.socket.close();
    }
    this.socket = null;
  }

  /** Try now: somebody noticed that it may be back. */
  again() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timer);
    this.#open();
  }

  #open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const since = this.at ? `?since=${encodeURIComponent(this.at)}` : "";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/events${since}`, subprotocols());
    this.socket = socket;
    socket.onmessage = (message) => {
      /** @type {Happened} */
      const happened = JSON.parse(String(message.data));
      if (happened.at) this.at = happened.at;
      if (happened.kind === "listening") {
        this.losses = 0;
        this.tell("live");
      }
      this.hear(happened);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === OVER) {
        this.tell("over");
        return;
      }
      this.tell("lost");
      const later = LATER_MS[Math.min(this.losses, LATER_MS.length - 1)] ?? 3000;
      this.losses += 1;
      this.timer = setTimeout(() => this.#open(), later);
    };
  }
}
