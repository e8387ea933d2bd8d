// The gallery's wall: further pages while scrolling, selecting, and what is done with a selection.
// Without JavaScript it is a form with ticks and a link to the next page. Each behaviour is a module.

import { startActions } from "./wall/actions.js";
import { startGrid, wall } from "./wall/grid.js";
import { startKeys } from "./wall/keys.js";
import { startPages } from "./wall/pages.js";
import { startSelection } from "./wall/selection.js";

for (const form of document.querySelectorAll("[data-filters]")) {
  form.querySelector("[name=sort]")?.addEventListener("change", () => form.requestSubmit());
}

if (wall) {
  startGrid();
  startSelection();
  startActions();
  startPages();
}
startKeys();
