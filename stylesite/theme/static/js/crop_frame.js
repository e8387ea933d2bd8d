// A frame over a picture around the part that is kept: dragged with a pointer or a finger, by its
// corners too, or moved with the keyboard. The part is {left, top, width, height} in per cent of the
// picture's sides, and belongs to whoever starts the frame: `read` gives it, `write` takes it back.
//
// `stage` (class "cropper") lies exactly over the picture and holds one [data-frame] with its
// [data-corner]s; cropper.js and the camera's review.js use it.

const LEAST = 4; // per cent of a side
const STEP = 1;
const LONG_STEP = 10;

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

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

const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

// Returns {show}, to be called when the part was changed by other means.
export function startCropFrame(stage, { read, write }) {
  const frame = stage.querySelector("[data-frame]");

  function show() {
    const part = read();
    for (const [side, value] of Object.entries(part)) {
      stage.style.setProperty(`--crop-${side}`, `${clamp(value, 0, 100)}%`);
    }
    frame.toggleAttribute("data-is-whole", part.width >= 100 && part.height >= 100);
  }

  // By edges: whatever moves, the others stay where they are.
  function change({ left, top, right, bottom }) {
    write({ left, top, width: right - left, height: bottom - top });
    show();
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
      change(corner ? stretched(from, corner, x, y) : moved(from, x, y));
    };
    const stop = () => frame.removeEventListener("pointermove", drag);
    frame.addEventListener("pointermove", drag);
    frame.addEventListener("pointerup", stop, { once: true });
    frame.addEventListener("pointercancel", stop, { once: true });
  });

  frame.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    if (!direction || event.altKey || event.metaKey) return;
    event.preventDefault();
    const [x, y] = direction.map((sign) => sign * (event.ctrlKey ? LONG_STEP : STEP));
    const from = edges(read());
    change(event.shiftKey ? stretched(from, "right bottom", x, y) : moved(from, x, y));
  });

  frame.hidden = false;
  show();
  return { show };
}
