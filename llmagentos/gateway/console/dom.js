// Elements, made and found. Knows nothing of robots. Text is always text: no markup is ever read.

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function find(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`expected a ${kind.name} #${id} in the page, got ${found}`);
  return found;
}

/**
 * An element. In `props`, functions are listeners (`onclick`); false, null and undefined leave out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, String(value));
  }
  fill(made, ...children);
  return made;
}

/**
 * Put these in a place instead of what is there.
 * @param {Element} place
 * @param {...(Node | string | null | undefined | false)} children
 */
export function fill(place, ...children) {
  const there = /** @type {(Node | string)[]} */ (children.filter((c) => c !== null && c !== undefined && c !== false));
  place.replaceChildren(...there);
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number>} props
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Drawn on 16 x 16. */
const ICONS = {
  succeeded: "M3.5 8.5l3 3 6-7",
  failed: "M4 4l8 8M12 4l-8 8",
  skipped: "M4 8h8",
  waiting: "M8 8h.01",
  running: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  question: "M5.8 6a2.2 2.2 0 1 1 3 2c-.6.3-.8.7-.8 1.4M8 12h.01",
  undo: "M6 3L3 6l3 3M3 6h6a3.5 3.5 0 0 1 0 7H6",
  download: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * @param {IconName} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const path = svg("path", { d: ICONS[name] });
  return svg("svg", { viewBox: "0 0 16 16", class: `icon ${name}`, "aria-hidden": "true" }, path);
}

/**
 * Words for people who hear the page, and nobody else.
 * @param {string} words
 */
export const unseen = (words) => el("span", { class: "unseen" }, words);

/**
 * Say something once to people who hear the page.
 * @param {string} words
 */
export function announce(words) {
  const place = document.getElementById("announced");
  if (place && place.textContent !== words) place.textContent = words;
}

/**
 * Set text only where it changed, so that it is not read out again.
 * @param {HTMLElement} place
 * @param {string} words
 */
export function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
