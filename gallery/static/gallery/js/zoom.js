// Zoom and pan of one picture, or of several that move together: wheel, pinch, drag, keys, buttons.
//
// A pane (data-pane, with data-width: the picture's pixels) is exactly as large as its whole picture.
// What is seen is told in parts of the picture, so panes of any size show the same place. A picture
// grows up to its own pixels; twice that, without smoothing, only when asked for. The original
// (data-full) is fetched once the picture on the page has fewer pixels than the screen shows.

const STEP = 1.5;
const WHEEL = 0.0015;
const PAN = 0.15; // of what is seen, by an arrow key
const PAUSE_MS = 400; // between zooming out by wheel to the whole picture and scrolling on

const between = (low, value, high) => Math.min(high, Math.max(low, value));

export class Zoom {
  #panes;
  #onChange;
  #scale = 1; // 1: the whole picture
  #x = 0.5; // what is in the middle, in parts of the picture
  #y = 0.5;
  #twice = false;
  #pointers = new Map();
  #wholeSince = 0;

  constructor(panes, onChange = () => {}) {
    this.#panes = [...panes];
    this.#onChange = onChange;
    for (const pane of this.#panes) this.#listen(pane);
    addEventListener("resize", () => this.#show());
    this.#show();
  }

  get isZoomed() {
    return this.#scale > 1.001;
  }

  get isTwice() {
    return this.#twice;
  }

  // Pixels of the screen for each pixel of the first picture.
  get ratio() {
    const pane = this.#visible()[0];
    return pane ? (pane.clientWidth * this.#scale * devicePixelRatio) / pane.dataset.width : 1;
  }

  get canGrow() {
    return this.#scale < this.#most() - 0.001;
  }

  step(direction) {
    this.#to(this.#scale * (direction > 0 ? STEP : 1 / STEP));
  }

  whole() {
    this.#twice = false;
    this.#to(1);
  }

  twice() {
    this.#twice = !this.#twice;
    this.#to(this.#most());
  }

  pan(dx, dy) {
    this.#x += (dx * PAN) / this.#scale;
    this.#y += (dy * PAN) / this.#scale;
    this.#show();
  }

  // Panes have come or gone.
  refresh() {
    this.#to(this.#scale);
  }

  #visible() {
    return this.#panes.filter((pane) => pane.clientWidth);
  }

  #most() {
    const own = this.#visible().map(
      (pane) => pane.dataset.width / (pane.clientWidth * devicePixelRatio),
    );
    return Math.max(1, ...own) * (this.#twice ? 2 : 1);
  }

  #to(scale, pane = null, event = null) {
    const next = between(1, scale, this.#most());
    if (pane) {
      // What is under the pointer stays there.
      const box = pane.getBoundingClientRect();
      const dx = (event.clientX - box.left) / box.width - 0.5;
      const dy = (event.clientY - box.top) / box.height - 0.5;
      this.#x += dx / this.#scale - dx / next;
      this.#y += dy / this.#scale - dy / next;
    }
    if (next === 1 && this.#scale > 1) this.#wholeSince = performance.now();
    if (next <= this.#most() / 2 + 0.001 && next < this.#scale) this.#twice = false;
    this.#scale = next;
    this.#show();
  }

  #show() {
    const half = 0.5 / this.#scale;
    this.#x = between(half, this.#x, 1 - half);
    this.#y = between(half, this.#y, 1 - half);
    for (const pane of this.#visible()) this.#place(pane);
    this.#onChange(this);
  }

  #place(pane) {
    const x = pane.clientWidth * (0.5 - this.#x * this.#scale);
    const y = pane.clientHeight * (0.5 - this.#y * this.#scale);
    pane.style.touchAction = this.isZoomed ? "none" : "";
    pane.style.cursor = this.isZoomed ? "grab" : "";
    for (const image of pane.querySelectorAll("img")) {
      image.style.transform = this.isZoomed ? `translate(${x}px, ${y}px) scale(${this.#scale})` : "";
      image.style.imageRendering = this.#twice && this.isZoomed ? "pixelated" : "";
      this.#sharpen(image, pane.clientWidth * this.#scale * devicePixelRatio);
    }
  }

  #sharpen(image, shown) {
    const full = image.dataset.full;
    if (!full || !this.isZoomed || !image.naturalWidth || shown <= image.naturalWidth + 1) return;
    delete image.dataset.full;
    const original = new Image();
    original.src = full;
    original.decode().then(
      () => (image.src = full),
      () => {}, // it stays as sharp as it is
    );
  }

  #listen(pane) {
    pane.addEventListener("wheel", (event) => this.#wheel(event, pane), { passive: false });
    pane.addEventListener("dblclick", (event) => {
      if (this.isZoomed) this.whole();
      else this.#to(this.#most(), pane, event);
    });
    pane.addEventListener("pointerdown", (event) => this.#press(event, pane));
    pane.addEventListener("pointermove", (event) => this.#move(event, pane));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      pane.addEventListener(name, (event) => this.#pointers.delete(event.pointerId));
    }
  }

  // The page scrolls as ever, until somebody scrolls up at its top, or holds the control key.
  #wheel(event, pane) {
    const asked = event.ctrlKey || event.metaKey || (event.deltaY < 0 && scrollY <= 0);
    const isOver = performance.now() - this.#wholeSince > PAUSE_MS;
    if (!this.isZoomed && !asked && isOver) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.#to(this.#scale * Math.exp(-event.deltaY * lines * WHEEL), pane, event);
  }

  #press(event, pane) {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, event);
    if (this.isZoomed || this.#pointers.size > 1) pane.setPointerCapture(event.pointerId);
  }

  #move(event, pane) {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    if (this.#pointers.size === 2) {
      const [first, second] = this.#pointers.values();
      const still = first === last ? second : first;
      const apart = (one) => Math.hypot(one.clientX - still.clientX, one.clientY - still.clientY);
      const middle = {
        clientX: (event.clientX + still.clientX) / 2,
        clientY: (event.clientY + still.clientY) / 2,
      };
      this.#to(this.#scale * (apart(event) / Math.max(1, apart(last))), pane, middle);
    } else if (this.isZoomed) {
      this.#x -= (event.clientX - last.clientX) / (pane.clientWidth * this.#scale);
      this.#y -= (event.clientY - last.clientY) / (pane.clientHeight * this.#scale);
      this.#show();
    }
    this.#pointers.set(event.pointerId, event);
  }
}

const TYPED_IN = "input, textarea, select, [contenteditable]";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Buttons (data-zoom) and keys of a zoom; `isOn` says whether it is in use just now.
export function startControls(zoom, controls, isOn = () => true) {
  const button = (name) => controls.querySelector(`[data-zoom=${name}]`);
  const acts = {
    in: () => zoom.step(1),
    out: () => zoom.step(-1),
    whole: () => zoom.whole(),
    twice: () => zoom.twice(),
  };
  for (const [name, act] of Object.entries(acts)) button(name).addEventListener("click", act);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !isOn()) return;
    if (event.target.closest?.(TYPED_IN)) return;
    if (event.key === "+" || event.key === "=") zoom.step(1);
    else if (event.key === "-") zoom.step(-1);
    else if (event.key === "0") zoom.whole();
    else if (event.key in ARROWS && zoom.isZoomed) zoom.pan(...ARROWS[event.key]);
    else return;
    event.preventDefault();
  });
}

export function showControls(zoom, controls) {
  controls.querySelector("[data-zoom-shown]").textContent = `${Math.round(zoom.ratio * 100)} %`;
  controls.querySelector("[data-zoom=out]").disabled = !zoom.isZoomed;
  controls.querySelector("[data-zoom=in]").disabled = !zoom.canGrow;
  controls.querySelector("[data-zoom=twice]").setAttribute("aria-pressed", String(zoom.isTwice));
}
