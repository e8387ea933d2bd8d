// The editor from the keyboard: arrows move a brush over the photo, Space paints while it is held,
// and every tool has a key.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.02; // of the longer side
const FARTHER = 5; // times, with Shift

// on: {begin(point), go(point), end(), dab(point), moved(point)}, points in the layers' pixels.
export function watchBrushKeys(canvas, view, on) {
  let at = null;
  let isPainting = false;

  function place() {
    at ??= { x: view.size.width / 2, y: view.size.height / 2 };
    return { ...at, pressure: 1 };
  }

  function go([dx, dy], isFar) {
    place();
    const step = STEP * Math.max(view.size.width, view.size.height) * (isFar ? FARTHER : 1);
    at.x = Math.min(view.size.width, Math.max(0, at.x + dx * step));
    at.y = Math.min(view.size.height, Math.max(0, at.y + dy * step));
    view.reveal(at.x, at.y);
    if (isPainting) on.go(place());
    on.moved(place());
  }

  function stop() {
    if (!isPainting) return;
    isPainting = false;
    on.end();
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      event.preventDefault();
      go(ARROWS[event.key], event.shiftKey);
    } else if (event.key === " ") {
      event.preventDefault();
      if (!isPainting) {
        isPainting = true;
        on.begin(place());
      }
    } else if (event.key === "Enter") {
      event.preventDefault();
      on.dab(place());
    }
  });
  canvas.addEventListener("keyup", (event) => {
    if (event.key === " ") stop();
  });
  canvas.addEventListener("blur", stop);
  return {
    place,
    stop,
    // Another photo begins in its middle.
    reset() {
      stop();
      at = null;
    },
  };
}

// Keys that work wherever the focus is in `dialog`, but where something is typed.
export function watchToolKeys(dialog, { undo, redo, keys }) {
  dialog.addEventListener("keydown", (event) => {
    const isTyped = event.target.matches("input[type=number], select");
    const key = event.key.toLowerCase();
    let act = null;
    if (event.ctrlKey || event.metaKey) {
      if (key === "z") act = event.shiftKey ? redo : undo;
      else if (key === "y") act = redo;
    } else if (!event.altKey) {
      act = keys[key];
    }
    if (!act || isTyped) return;
    event.preventDefault();
    act();
  });
}
