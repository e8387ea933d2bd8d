// Several pictures side by side: they zoom and move together.

import { Zoom, showControls, startControls } from "./zoom.js";

const controls = document.querySelector("[data-viewer-controls]");
if (controls) {
  const panes = document.querySelectorAll("[data-pictures] [data-pane]");
  const zoom = new Zoom(panes, (changed) => showControls(changed, controls));
  controls.hidden = false;
  startControls(zoom, controls);
}
