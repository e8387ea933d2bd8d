// One mask while it is painted: white with an alpha, which is the mask's value, in the photo's
// proportions. What a change replaces is kept tile by tile, so that it can be undone.

const MOST_SIDE_PX = 1024;
const TILE_PX = 128;

export function sizeFor(photo) {
  const scale = Math.min(1, MOST_SIDE_PX / Math.max(photo.width, photo.height));
  return {
    width: Math.max(1, Math.round(photo.width * scale)),
    height: Math.max(1, Math.round(photo.height * scale)),
  };
}

function blank({ width, height }) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

export class Layer {
  constructor(id, size) {
    this.id = id;
    this.canvas = blank(size);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.isShown = true;
    this.version = 0; // counts changes
    this.share = 0; // of the picture that is white
    this.recorded = null;
  }

  get width() {
    return this.canvas.width;
  }

  get height() {
    return this.canvas.height;
  }

  // Changes lie between these two; `end` answers with what was there before, or null.

  begin() {
    this.recorded = new Map();
  }

  end() {
    const tiles = this.recorded;
    this.recorded = null;
    if (!tiles?.size) return null;
    this.changed();
    return { layer: this, tiles };
  }

  // What was replaced comes back, and `change` then holds what it replaces.
  swap(change) {
    for (const [key, before] of change.tiles) {
      change.tiles.set(key, { ...before, alpha: this.#read(before) });
      this.#write(before);
    }
    this.changed();
  }

  changed() {
    this.version += 1;
    let sum = 0;
    const { data } = this.context.getImageData(0, 0, this.width, this.height);
    for (let at = 3; at < data.length; at += 4) sum += data[at];
    this.share = sum / 255 / (this.width * this.height);
  }

  // A round dab. softness: 0 is a clean edge, 1 fades from the middle on.
  dab(x, y, radius, softness, erases) {
    this.#touch(x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1);
    this.#paint(erases, (context) => {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (softness > 0) {
        const fade = context.createRadialGradient(x, y, radius * (1 - softness), x, y, radius);
        fade.addColorStop(0, "rgb(255 255 255)");
        fade.addColorStop(1, "rgb(255 255 255 / 0)");
        context.fillStyle = fade;
      }
      context.fill();
    });
  }

  // A rectangle or an ellipse within it.
  shape(kind, { x, y, width, height }, erases) {
    this.#touch(x - 1, y - 1, x + width + 1, y + height + 1);
    this.#paint(erases, (context) => {
      context.beginPath();
      if (kind === "ellipse") {
        const [halfWidth, halfHeight] = [width / 2, height / 2];
        context.ellipse(x + halfWidth, y + halfHeight, halfWidth, halfHeight, 0, 0, 2 * Math.PI);
      } else {
        context.rect(x, y, width, height);
      }
      context.fill();
    });
  }

  fill() {
    this.shape("rectangle", { x: 0, y: 0, width: this.width, height: this.height }, false);
  }

  clear() {
    this.shape("rectangle", { x: 0, y: 0, width: this.width, height: this.height }, true);
  }

  invert() {
    this.#touch(0, 0, this.width, this.height);
    const pixels = this.context.getImageData(0, 0, this.width, this.height);
    for (let at = 0; at < pixels.data.length; at += 4) {
      pixels.data[at] = pixels.data[at + 1] = pixels.data[at + 2] = 255;
      pixels.data[at + 3] = 255 - pixels.data[at + 3];
    }
    this.context.putImageData(pixels, 0, 0);
  }

  // As the site keeps it: grey, without transparency.
  png() {
    const grey = blank(this);
    const context = grey.getContext("2d");
    const pixels = this.context.getImageData(0, 0, this.width, this.height);
    for (let at = 0; at < pixels.data.length; at += 4) {
      const value = pixels.data[at + 3];
      pixels.data[at] = pixels.data[at + 1] = pixels.data[at + 2] = value;
      pixels.data[at + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
    return new Promise((resolve) => grey.toBlob(resolve, "image/png"));
  }

  // Rejects when it could not be had: with `isGone` when there is none there any more.
  async load(address) {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) {
      const isGone = [404, 410].includes(answer.status);
      throw Object.assign(new Error(answer.statusText), { isGone });
    }
    const picture = await createImageBitmap(await answer.blob());
    const grey = blank(this).getContext("2d");
    grey.drawImage(picture, 0, 0, this.width, this.height);
    picture.close();
    const pixels = grey.getImageData(0, 0, this.width, this.height);
    for (let at = 0; at < pixels.data.length; at += 4) {
      pixels.data[at + 3] = pixels.data[at];
      pixels.data[at] = pixels.data[at + 1] = pixels.data[at + 2] = 255;
    }
    this.context.putImageData(pixels, 0, 0);
    this.changed();
  }

  #paint(erases, draw) {
    const { context } = this;
    context.fillStyle = "rgb(255 255 255)";
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    draw(context);
    context.globalCompositeOperation = "source-over";
  }

  #touch(left, top, right, bottom) {
    if (!this.recorded) return;
    const clamp = (value, most) => Math.min(most, Math.max(0, Math.floor(value / TILE_PX)));
    const [columns, rows] = [this.width, this.height].map((px) => Math.ceil(px / TILE_PX) - 1);
    for (let row = clamp(top, rows); row <= clamp(bottom, rows); row += 1) {
      for (let column = clamp(left, columns); column <= clamp(right, columns); column += 1) {
        const key = `${column},${row}`;
        if (this.recorded.has(key)) continue;
        const place = { x: column * TILE_PX, y: row * TILE_PX };
        place.width = Math.min(TILE_PX, this.width - place.x);
        place.height = Math.min(TILE_PX, this.height - place.y);
        this.recorded.set(key, { ...place, alpha: this.#read(place) });
      }
    }
  }

  #read({ x, y, width, height }) {
    const { data } = this.context.getImageData(x, y, width, height);
    const alpha = new Uint8Array(width * height);
    for (let at = 0; at < alpha.length; at += 1) alpha[at] = data[4 * at + 3];
    return alpha;
  }

  #write({ x, y, width, height, alpha }) {
    const pixels = new ImageData(width, height);
    pixels.data.fill(255);
    for (let at = 0; at < alpha.length; at += 1) pixels.data[4 * at + 3] = alpha[at];
    this.context.putImageData(pixels, x, y);
  }
}
