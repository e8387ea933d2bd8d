// Which pictures are selected: their ticks are the truth, so that the form works without this. While
// any is selected, or after "Select", a click or a tap on a picture ticks it instead of opening it.

import { makeCurrent, tickOf, tileOf, tiles, wall } from "./grid.js";

const LONG_PRESS_MS = 450;
const STILL_PX = 10;

let anchor = null; // where a range begins
let reach = null; // and where it ended last
let insisted = false; // "Select" was pressed
const bar = document.querySelector("[data-bar]");
const button = document.querySelector("[data-select]");
const told = document.querySelector("[data-selected]");

export const selected = () => [...wall.querySelectorAll("[data-chosen]")];
export const isSelecting = () => wall.hasAttribute("data-selecting");

// The tile says it too, for its looks.
function tick(tile, on) {
  tickOf(tile).checked = on;
  tile.toggleAttribute("data-chosen", on);
}

export function update() {
  const count = wall.querySelectorAll("[data-chosen]").length;
  const words = told.dataset.words.replace("%", count);
  wall.toggleAttribute("data-selecting", insisted || count > 0);
  bar.toggleAttribute("data-shown", count > 0);
  document.body.toggleAttribute("data-bar-shown", count > 0);
  bar.querySelector("[data-count]").textContent = words;
  button?.setAttribute("aria-pressed", String(isSelecting()));
  if (told.textContent || count) told.textContent = words;
}

export function toggle(tile, on = !tickOf(tile).checked) {
  tick(tile, on);
  anchor = tile;
  reach = null;
  makeCurrent(tile);
  update();
}

const between = (one, other) => {
  const all = tiles();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return all.slice(Math.max(from, 0), to + 1);
};

// Everything from where the range began to `tile`, and no longer what lay beyond.
export function selectTo(tile, start = tile) {
  anchor = anchor?.isConnected ? anchor : start;
  if (reach?.isConnected) for (const one of between(anchor, reach)) tick(one, false);
  for (const one of between(anchor, tile)) tick(one, true);
  reach = tile;
  update();
}

export function selectAll() {
  for (const tile of tiles()) tick(tile, true);
  update();
}

export function clear() {
  for (const tile of wall.querySelectorAll("[data-chosen]")) tick(tile, false);
  for (const menu of bar.querySelectorAll("details[open]")) menu.open = false;
  anchor = reach = null;
  insisted = false;
  update();
}

function onClick(event) {
  const tile = tileOf(event.target);
  if (!tile || event.ctrlKey || event.metaKey || event.button > 0) return;
  const onTick = event.target.closest("label");
  if (event.shiftKey) {
    event.preventDefault();
    selectTo(tile);
  } else if (!onTick && isSelecting() && event.detail > 0) {
    event.preventDefault(); // a click or a tap; Enter still opens
    toggle(tile);
  }
}

// A finger that rests on a picture selects it; the tap that ends the press does nothing more.
function startLongPress() {
  let timer, from, pressed;
  const stop = () => clearTimeout(timer);
  wall.addEventListener("pointerdown", (event) => {
    pressed = false;
    const tile = tileOf(event.target);
    if (event.pointerType !== "touch" || !tile || event.target.closest("label")) return;
    from = event;
    stop();
    timer = setTimeout(() => {
      pressed = true;
      navigator.vibrate?.(10);
      toggle(tile, true);
    }, LONG_PRESS_MS);
  });
  wall.addEventListener("pointermove", (event) => {
    if (from && Math.hypot(event.x - from.x, event.y - from.y) > STILL_PX) stop();
  });
  for (const name of ["pointerup", "pointercancel"]) wall.addEventListener(name, stop);
  wall.addEventListener("contextmenu", (event) => {
    if (event.pointerType === "touch" || pressed) event.preventDefault();
  });
  wall.addEventListener(
    "click",
    (event) => {
      if (!pressed) return;
      pressed = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

export function startSelection() {
  startLongPress();
  wall.addEventListener("click", onClick);
  wall.addEventListener("change", (event) => toggle(tileOf(event.target), event.target.checked));
  bar.querySelector("[data-clear]").addEventListener("click", clear);
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (isSelecting()) return clear();
      insisted = true;
      update();
    });
  }
  for (const tile of tiles()) tick(tile, tickOf(tile).checked); // some browsers keep ticks
  update();
}
