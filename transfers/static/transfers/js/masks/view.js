// The photo with the layers over it, as large and as far to the side as one likes.

import { fillOf } from "./tints.js";

const MOST_ZOOM = 16;
const MARGIN_PX = 16;

export class View {
  #frame = 0;

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.overlay = document.createElement("canvas");
    this.picture = null;
    this.layers = [];
    this.active = null;
    this.cursor = null; // {x, y, radius, isKeyboard}, in the layers' pixels
    this.zoom = 1; // 1 is all of the photo
    this.center = { x: 0, y: 0 };
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  // Another photo: `picture` is drawable, `size` that of its layers.
  show(picture, size) {
    this.picture = picture;
    this.size = size;
    this.fit();
  }

  get scale() {
    const { clientWidth, clientHeight } = this.canvas;
    const wide = (clientWidth - 2 * MARGIN_PX) / this.size.width;
    const high = (clientHeight - 2 * MARGIN_PX) / this.size.height;
    return Math.max(0.01, Math.min(wide, high)) * this.zoom;
  }

  fit() {
    this.zoom = 1;
    this.center = { x: this.size.width / 2, y: this.size.height / 2 };
    this.draw();
  }

  // A point of the canvas (CSS pixels) as one of the layers, and back.

  toPicture(x, y) {
    const { clientWidth, clientHeight } = this.canvas;
    return {
      x: (x - clientWidth / 2) / this.scale + this.center.x,
      y: (y - clientHeight / 2) / this.scale + this.center.y,
    };
  }

  toCanvas(x, y) {
    const { clientWidth, clientHeight } = this.canvas;
    return {
      x: (x - this.center.x) * this.scale + clientWidth / 2,
      y: (y - this.center.y) * this.scale + clientHeight / 2,
    };
  }

  // What lies at this point of the canvas stays there.
  zoomBy(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const before = this.toPicture(x, y);
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor));
    const after = this.toPicture(x, y);
    this.#centerOn(this.center.x + before.x - after.x, this.center.y + before.y - after.y);
  }

  panBy(x, y) {
    this.#centerOn(this.center.x - x / this.scale, this.center.y - y / this.scale);
  }

  // Zoomed in, the view follows whoever leaves it.
  reveal(x, y) {
    const at = this.toCanvas(x, y);
    const { clientWidth, clientHeight } = this.canvas;
    const beyond = (value, most) => Math.min(0, value - 40) + Math.max(0, value - most + 40);
    const [dx, dy] = [beyond(at.x, clientWidth), beyond(at.y, clientHeight)];
    if (this.zoom > 1 && (dx || dy)) this.panBy(-dx, -dy);
  }

  #centerOn(x, y) {
    const { width, height } = this.size;
    const room = (side) => (this.zoom > 1 ? side : side / 2);
    this.center = {
      x: Math.min(room(width), Math.max(width - room(width), x)),
      y: Math.min(room(height), Math.max(height - room(height), y)),
    };
    this.draw();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(this.canvas.clientWidth * ratio);
      canvas.height = Math.round(this.canvas.clientHeight * ratio);
    }
    this.draw();
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.picture && this.canvas.width) this.#draw();
    });
  }

  #draw() {
    const { context } = this;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    const place = this.#place();
    context.drawImage(this.picture, ...place);
    for (const layer of this.layers) {
      const isPainted = layer.share > 0 || layer.recorded;
      if (layer.isShown && isPainted) this.#drawLayer(layer, place, ratio);
    }
    if (this.cursor) this.#drawCursor();
  }

  #place() {
    const { x, y } = this.toCanvas(0, 0);
    return [x, y, this.size.width * this.scale, this.size.height * this.scale];
  }

  #drawLayer(layer, place, ratio) {
    const over = this.overlay.getContext("2d");
    over.setTransform(ratio, 0, 0, ratio, 0, 0);
    over.globalCompositeOperation = "source-over";
    over.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    over.drawImage(layer.canvas, ...place);
    over.globalCompositeOperation = "source-in";
    over.fillStyle = fillOf(over, layer.tint);
    over.fillRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.globalAlpha = layer === this.active ? 0.9 : 0.5;
    this.context.drawImage(this.overlay, 0, 0);
    this.context.globalAlpha = 1;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  // Dark and light, so that it is seen on every photo.
  #drawCursor() {
    const { context } = this;
    const { x, y } = this.toCanvas(this.cursor.x, this.cursor.y);
    const radius = Math.max(2, this.cursor.radius * this.scale);
    const lines = () => {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (this.cursor.isKeyboard) {
        for (const [dx, dy] of [[7, 0], [0, 7]]) {
          context.moveTo(x - dx, y - dy);
          context.lineTo(x + dx, y + dy);
        }
      }
      context.stroke();
    };
    context.lineWidth = 3.5;
    context.strokeStyle = "rgb(18 16 13 / 0.8)";
    lines();
    context.lineWidth = 1.5;
    context.strokeStyle = "rgb(247 243 234)";
    lines();
  }
}
