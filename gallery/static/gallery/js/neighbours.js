// Left and right arrow keys turn to the neighbouring pictures, as the links with rel="prev" and
// rel="next" do. Keys that a control needs (the slider, a text field) are left to it.

const TAKES_ARROWS = "input, textarea, select, [contenteditable]";
const LINKS = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.(TAKES_ARROWS)) return;
  document.querySelector(LINKS[event.key] ?? ":not(*)")?.click();
});
