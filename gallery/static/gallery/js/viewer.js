// The picture on its page: alone, under a slider with its photo, beside it, or with the photo shown
// for as long as one holds the picture or the space key. The way chosen last is remembered.

import { Zoom, showControls, startControls } from "./zoom.js";

const REMEMBERED = "artwork-mode";
const viewer = document.querySelector("[data-viewer]");
const controls = viewer.querySelector("[data-viewer-controls]");
const buttons = [...viewer.querySelectorAll("[data-set-mode]")];
const panes = [...viewer.querySelectorAll("[data-pane]")];
const slider = viewer.querySelector("#comparison input[type=range]");
const isOver = (mode) => viewer.dataset.mode === mode;

const zoom = new Zoom(panes, (changed) => {
  viewer.toggleAttribute("data-zoomed", changed.isZoomed);
  showControls(changed, controls);
});

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(mode) {
  try {
    localStorage.setItem(REMEMBERED, mode);
  } catch {
    // Private windows may refuse; the choice then lasts for this page.
  }
}

function show(mode) {
  hold(false);
  viewer.dataset.mode = mode;
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.setMode === mode));
  }
  if (mode === "hold") viewer.querySelector("[data-over]").loading = "eager";
  if (mode === "slider") zoom.whole();
  zoom.refresh();
}

function hold(isHeld) {
  viewer.toggleAttribute("data-held", isHeld);
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    const mode = button.dataset.setMode;
    show(mode);
    remember(mode);
    // Where the keys that one needs next are heard.
    if (mode === "slider") slider.focus({ preventScroll: true });
    if (mode === "hold") panes[0].focus({ preventScroll: true });
  });
}

panes[0].addEventListener("pointerdown", (event) => {
  if (isOver("hold") && event.button === 0) hold(true);
});
for (const name of ["pointerup", "pointercancel", "blur"]) addEventListener(name, () => hold(false));
panes[0].addEventListener("contextmenu", (event) => {
  if (isOver("hold")) event.preventDefault(); // a long touch would open a menu
});

const NEEDS_SPACE = "a, button, input, textarea, select, summary, [contenteditable]";
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !isOver("hold") || event.target.closest?.(NEEDS_SPACE)) return;
  event.preventDefault();
  hold(true);
});
document.addEventListener("keyup", (event) => {
  if (event.key === " ") hold(false);
});

controls.hidden = false;
startControls(zoom, controls, () => !isOver("slider"));
if (buttons.some((button) => button.dataset.setMode === remembered())) show(remembered());
