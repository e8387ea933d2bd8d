// A frame over a picture (templates/gallery/_cropper.html) around the part that is kept: dragged
// with a pointer or a finger, by its corners too, or moved with the keyboard. What counts are the
// four numbers of the form, in per cent, which this keeps in step, so that without it they work alone.

const LEAST = 4; // per cent of a side
const STEP = 1;
const LONG_STEP = 10;
const SAY_AFTER_MS = 600;

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const rounded = (value) => Math.round(value * 100) / 100;

function start(cropper) {
  const stage = cropper.querySelector("[data-stage]");
  const frame = cropper.querySelector("[data-frame]");
  const picture = stage.querySelector("img");
  const said = cropper.querySelector("[data-said]");
  const fields = Object.fromEntries(
    ["left", "top", "width", "height"].map((side) => [
      side,
      cropper.querySelector(`input[name$=crop_${side}]`),
    ]),
  );
  let timer;

  const number = (side, usual) =>
    fields[side].value === "" ? usual : Number(fields[side].value) || 0;
  const read = () => ({
    left: number("left", 0),
    top: number("top", 0),
    width: number("width", 100),
    height: number("height", 100),
  });

  function show() {
    const part = read();
    for (const [side, value] of Object.entries(part)) {
      stage.style.setProperty(`--crop-${side}`, `${clamp(value, 0, 100)}%`);
    }
    frame.toggleAttribute("data-is-whole", part.width >= 100 && part.height >= 100);
  }

  function say() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const part = read();
      said.textContent = cropper.dataset.wordsSize
        .replace("%width", Math.round((part.width / 100) * picture.getAttribute("width")))
        .replace("%height", Math.round((part.height / 100) * picture.getAttribute("height")));
    }, SAY_AFTER_MS);
  }

  // `part` as edges: whatever moves, the others stay where they are.
  function write({ left, top, right, bottom }) {
    const values = { left, top, width: right - left, height: bottom - top };
    for (const [side, value] of Object.entries(values)) fields[side].value = rounded(value);
    show();
    say();
  }

  const edges = ({ left, top, width, height }) => ({
    left,
    top,
    right: left + width,
    bottom: top + height,
  });

  function moved(part, x, y) {
    const dx = clamp(x, -part.left, 100 - part.right);
    const dy = clamp(y, -part.top, 100 - part.bottom);
    return {
      left: part.left + dx,
      right: part.right + dx,
      top: part.top + dy,
      bottom: part.bottom + dy,
    };
  }

  function stretched(part, corner, x, y) {
    const next = { ...part };
    if (corner.includes("left")) next.left = clamp(part.left + x, 0, part.right - LEAST);
    if (corner.includes("right")) next.right = clamp(part.right + x, part.left + LEAST, 100);
    if (corner.includes("top")) next.top = clamp(part.top + y, 0, part.bottom - LEAST);
    if (corner.includes("bottom")) next.bottom = clamp(part.bottom + y, part.top + LEAST, 100);
    return next;
  }

  frame.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    frame.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    const corner = event.target.dataset.corner;
    const from = edges(read());
    const box = stage.getBoundingClientRect();
    const drag = (move) => {
      const x = ((move.clientX - event.clientX) / box.width) * 100;
      const y = ((move.clientY - event.clientY) / box.height) * 100;
      write(corner ? stretched(from, corner, x, y) : moved(from, x, y));
    };
    const stop = () => frame.removeEventListener("pointermove", drag);
    frame.addEventListener("pointermove", drag);
    frame.addEventListener("pointerup", stop, { once: true });
    frame.addEventListener("pointercancel", stop, { once: true });
  });

  frame.addEventListener("keydown", (event) => {
    const [x, y] =
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ??
      [];
    if (x === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    const step = event.ctrlKey ? LONG_STEP : STEP;
    const from = edges(read());
    if (event.shiftKey) write(stretched(from, "right bottom", x * step, y * step));
    else write(moved(from, x * step, y * step));
  });

  cropper.querySelector("[data-whole]").addEventListener("click", () => {
    write({ left: 0, top: 0, right: 100, bottom: 100 });
  });
  for (const field of Object.values(fields)) field.addEventListener("input", show);
  frame.hidden = false;
  cropper.querySelector("[data-controls]").hidden = false;
  show();
}

for (const cropper of document.querySelectorAll("[data-cropper]")) start(cropper);
