// The wall by keyboard. Keys that a control needs are left to it; single letters count only where a
// picture has the focus or some are selected.

import { act } from "./actions.js";
import { currentTile, focusTile, neighbour, tileOf, wall } from "./grid.js";
import { clear, isSelecting, selectAll, selected, selectTo, toggle } from "./selection.js";

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

function move(event, tile) {
  const from = tile ?? currentTile();
  const to = tile ? neighbour(tile, event.key) : from;
  if (!to) return;
  if (event.shiftKey && tile) selectTo(to, from);
  focusTile(to);
}

function onTargets(event, tile) {
  const these = selected().length ? selected() : tile ? [tile] : [];
  if (!these.length) return false;
  if (event.key === "f" || event.key === "F") {
    const all = these.every((one) => one.hasAttribute("data-favourite"));
    act(these, all ? "unfavourite" : "favourite");
  } else if (/^[0-5]$/.test(event.key)) act(these, `rate:${event.key}`);
  else if (event.key === "Delete") act(these, "trash");
  else return false;
  return true;
}

// Whether the key meant something here.
function onWall(event) {
  const tile = tileOf(event.target);
  const nowhere = event.target === document.body || event.target.id === "main";
  if ((event.ctrlKey || event.metaKey) && event.key === "a") selectAll();
  else if (event.ctrlKey || event.metaKey || event.altKey) return false;
  else if (event.key === "Escape" && isSelecting()) clear();
  else if (ARROWS.includes(event.key) && (tile || (nowhere && event.key.startsWith("Arrow")))) {
    move(event, tile);
  } else if (event.key === " " && tile && event.target.matches("a")) toggle(tile);
  else return onTargets(event, tile);
  return true;
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.(TYPING)) return;
    if (wall && onWall(event)) event.preventDefault();
    else if (event.key === "/") {
      event.preventDefault();
      document.querySelector("[data-filters] [name=q]")?.focus();
    } else if (event.key === "?") document.getElementById("wall-keys")?.showModal();
  });
}
