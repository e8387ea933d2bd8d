// Left and right arrow keys, and a swipe, turn to the neighbouring pictures, as the links with
// rel="prev" and rel="next" do. Keys that a control needs (the slider, a text field) are left to it,
// and a picture that is zoomed moves instead. The next picture is fetched ahead.

const TAKES_ARROWS = "input, textarea, select, [contenteditable]";
const LINKS = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]" };
const SWIPE_PX = 60;
const SWIPE_MS = 600;

const isZoomed = () => document.querySelector("[data-viewer][data-zoomed]") !== null;
const turn = (link) => document.querySelector(link ?? ":not(*)")?.click();

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.(TAKES_ARROWS) || isZoomed()) return;
  turn(LINKS[event.key]);
});

let began = null;
for (const pane of document.querySelectorAll("[data-viewer] [data-pane]")) {
  pane.addEventListener("touchstart", (event) => {
    const [touch] = event.touches;
    const isOne = event.touches.length === 1 && !isZoomed();
    began = isOne ? { x: touch.clientX, y: touch.clientY, at: event.timeStamp } : null;
  }, { passive: true });
  pane.addEventListener("touchend", (event) => {
    if (!began || event.touches.length || isZoomed()) return;
    const [touch] = event.changedTouches;
    const [dx, dy] = [touch.clientX - began.x, touch.clientY - began.y];
    const isSwipe = Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy);
    if (isSwipe && event.timeStamp - began.at < SWIPE_MS) {
      turn(dx > 0 ? LINKS.ArrowLeft : LINKS.ArrowRight);
    }
    began = null;
  });
}

addEventListener("load", () => {
  const next = document.querySelector("a[rel=next][data-picture]");
  if (next) new Image().src = next.dataset.picture;
});
