// Requests to the gateway with the token of whoever signed in. Does not know: stops (stop.js).
//
// A browser opens six connections to one server. The camera holds one; at most three others are under way
// here, each with an end: so two are always free for a stop, whatever hangs.

const MOST = 3;
const TIMEOUT_MS = 20000;
const TOKEN = "llmagentos.token";

/** An error that the gateway named. status 0: no answer. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} name
   * @param {string} words
   */
  constructor(status, name, words) {
    super(words);
    this.status = status;
    this.error = name;
  }
}

let token = "";
let under_way = 0;
/** @type {(() => void)[]} */
const waiting = [];

/** The token that came with a link (#token=...), or was kept; "" for none. A link's is taken out of the address. */
export function kept() {
  const given = /^#token=([A-Za-z0-9_-]{8,128})$/.exec(location.hash);
  if (given) {
    history.replaceState(null, "", location.pathname);
    keep(given[1] ?? "", false);
  }
  token ||= sessionStorage.getItem(TOKEN) ?? localStorage.getItem(TOKEN) ?? "";
  return token;
}

/**
 * @param {string} given
 * @param {boolean} here whether it is still known when the browser was closed
 */
export function keep(given, here) {
  token = given;
  sessionStorage.setItem(TOKEN, given);
  if (here) localStorage.setItem(TOKEN, given);
}

/** Nobody is signed in any more, on this device either. */
export function forget() {
  token = "";
  sessionStorage.removeItem(TOKEN);
  localStorage.removeItem(TOKEN);
}

/** The header that says who asks. */
export const header = () => ({ Authorization: `Bearer ${token}` });

/** For a WebSocket, where browsers have no header. */
export const subprotocols = () => ["llmagentos", `bearer.${token}`];

/** @param {boolean} first whether it goes before others */
async function room(first) {
  if (under_way >= MOST) {
    await /** @type {Promise<void>} */ (new Promise((go) => (first ? waiting.unshift(go) : waiting.push(go))));
  }
  under_way += 1;
}

function leave() {
  under_way -= 1;
  waiting.shift()?.();
}

/**
 * @param {Response} answer
 * @returns {Promise<Refused>}
 */
export async function refusal(answer) {
  /** @type {{error?: string, detail?: string}} */
  const told = await answer.json().catch(() => ({}));
  return new Refused(answer.status, told.error ?? "Error", told.detail ?? `the gateway answered ${answer.status}`);
}

/**
 * One request. Raises Refused.
 * @param {string} method
 * @param {string} path
 * @param {object} [body] what does something has one, and a key with which it is done once
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const answer = await raw(method, path, body);
  try {
    return await answer.json();
  } catch {
    throw new Refused(0, "LostError", "the answer broke off");
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<Response>}
 */
export async function raw(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = header();
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    headers["Idempotency-Key"] = unique();
  }
  await room(method !== "GET");
  try {
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(path, { method, headers, body: sent, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw await refusal(answer);
    return answer;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(0, "LostError", "the gateway does not answer");
  } finally {
    leave();
  }
}

/** A mark that no other request has; `randomUUID` is only there with TLS or on this machine. */
function unique() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
}
