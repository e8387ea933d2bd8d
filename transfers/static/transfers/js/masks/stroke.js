// A stroke of the brush: dabs so close together that they are one line, however fast it was drawn.

const SPACING = 0.12; // of the radius
const LEAST_SHARE = 0.25; // of the radius, for a pen that hardly touches

export class Stroke {
  // radius in the layer's pixels; softness and erases as of a dab.
  constructor(layer, { radius, softness, erases }) {
    Object.assign(this, { layer, radius, softness, erases, last: null });
    layer.begin();
  }

  // pressure: 0 to 1, of a pen; 1 for everything else.
  to(x, y, pressure = 1) {
    const radius = this.radius * (LEAST_SHARE + (1 - LEAST_SHARE) * pressure);
    const from = this.last ?? { x, y, radius };
    const distance = Math.hypot(x - from.x, y - from.y);
    const step = Math.max(0.5, SPACING * Math.min(radius, from.radius));
    const dabs = Math.floor(distance / step);
    if (!this.last) this.#dab(x, y, radius);
    for (let number = 1; number <= dabs; number += 1) {
      const share = (number * step) / distance;
      this.#dab(
        from.x + share * (x - from.x),
        from.y + share * (y - from.y),
        from.radius + share * (radius - from.radius),
      );
    }
    if (!this.last) this.last = { x, y, radius };
    else if (dabs) {
      const share = (dabs * step) / distance;
      this.last = {
        x: from.x + share * (x - from.x),
        y: from.y + share * (y - from.y),
        radius: from.radius + share * (radius - from.radius),
      };
    }
  }

  // What it changed, for the history.
  end() {
    return this.layer.end();
  }

  // As if it had never been.
  abandon() {
    const change = this.layer.end();
    if (change) this.layer.swap(change);
  }

  #dab(x, y, radius) {
    this.layer.dab(x, y, Math.max(0.5, radius), this.softness, this.erases);
  }
}
