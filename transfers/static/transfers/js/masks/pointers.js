// Mouse, pen and fingers on the canvas: one paints, two fingers zoom and move the photo; the wheel
// zooms, and the middle button moves.

const ERASER_BUTTON = 32; // of a pen, in `buttons`
const SECOND_FINGER_MS = 250; // a stroke so young was the first of two fingers

// on: {begin(point, erases), go(point), end(), abandon(), hover(point or null)}, points in the
// layers' pixels with a pressure. Answers with what ends a stroke that is under way.
export function watchPointers(canvas, view, on) {
  const fingers = new Map();
  let painting = null; // {id, since}
  let moving = null; // the id of the pointer that moves the photo

  function spotOf(event) {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function pointOf(event) {
    const spot = spotOf(event);
    // A pen that cannot tell says 0; a mouse or finger always the same.
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 1;
    return { ...view.toPicture(spot.x, spot.y), pressure };
  }

  // A stroke that was hardly begun was the first of two fingers, and goes without a trace.
  const isYoung = (event) => painting && event.timeStamp - painting.since < SECOND_FINGER_MS;

  function stopPainting(abandons) {
    if (!painting) return;
    painting = null;
    if (abandons) on.abandon();
    else on.end();
  }

  function pinch(before, after) {
    const [from, to] = [before, after].map(([one, other]) => ({
      x: (one.x + other.x) / 2,
      y: (one.y + other.y) / 2,
      apart: Math.hypot(one.x - other.x, one.y - other.y) || 1,
    }));
    view.panBy(to.x - from.x, to.y - from.y);
    view.zoomBy(to.apart / from.apart, to.x, to.y);
  }

  function down(event) {
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") {
      fingers.set(event.pointerId, spotOf(event));
      if (fingers.size > 1) {
        stopPainting(isYoung(event));
        return;
      }
    } else if (event.button === 1) {
      moving = { id: event.pointerId, ...spotOf(event) };
      return;
    } else if (event.button > 0 && !(event.buttons & ERASER_BUTTON)) {
      return;
    }
    painting = { id: event.pointerId, since: event.timeStamp };
    on.begin(pointOf(event), Boolean(event.buttons & ERASER_BUTTON));
  }

  function move(event) {
    if (fingers.has(event.pointerId) && fingers.size === 2) {
      const before = [...fingers.values()];
      fingers.set(event.pointerId, spotOf(event));
      pinch(before, [...fingers.values()]);
      return;
    }
    if (moving?.id === event.pointerId) {
      const spot = spotOf(event);
      view.panBy(spot.x - moving.x, spot.y - moving.y);
      Object.assign(moving, spot);
      return;
    }
    if (painting?.id === event.pointerId) {
      const between = event.getCoalescedEvents?.() ?? [];
      for (const one of between.length ? between : [event]) on.go(pointOf(one));
    }
    if (event.pointerType !== "touch") on.hover(pointOf(event));
  }

  function up(event) {
    fingers.delete(event.pointerId);
    if (moving?.id === event.pointerId) moving = null;
    if (painting?.id === event.pointerId) {
      stopPainting(event.type === "pointercancel" && isYoung(event));
    }
  }

  function wheel(event) {
    event.preventDefault();
    const { x, y } = spotOf(event);
    if (event.shiftKey) view.panBy(-event.deltaY - event.deltaX, 0);
    else view.zoomBy(2 ** (-event.deltaY / (event.deltaMode ? 10 : 300)), x, y);
  }

  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("lostpointercapture", up);
  canvas.addEventListener("pointerleave", () => on.hover(null));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("wheel", wheel, { passive: false });
  return function stop() {
    fingers.clear();
    moving = null;
    stopPainting(false);
  };
}
