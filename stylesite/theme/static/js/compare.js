// Before and after in one frame (components/before_after.html): a range input over both pictures
// moves the line between them, so that mouse, touch and keyboard work the same and a screen reader
// hears a slider.

function start(compare) {
  const range = compare.querySelector("input[type=range]");
  const move = () => {
    compare.style.setProperty("--split", `${range.value}%`);
    range.setAttribute("aria-valuetext", range.dataset.words.replace("%", range.value));
  };
  compare.dataset.ready = "";
  range.addEventListener("input", move);
  move();
}

export function startAll(root = document) {
  for (const compare of root.querySelectorAll("[data-compare]:not([data-ready])")) start(compare);
}

startAll();
document.addEventListener("htmx:load", (event) => startAll(event.target));
