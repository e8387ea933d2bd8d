// Nobody has touched the booth for a while: a visible countdown, then back to the start.
//
//   const idle = new Idle(bar, { after: 60, onWarn: () => …, onEnd: () => … });
//   idle.watch();   // a new screen, or something to look at: the time begins anew
//   idle.rest();    // the start page waits for as long as it takes

const WARN_S = 20;

export class Idle {
  #bar;
  #after;
  #onWarn;
  #onEnd;
  #timer = null;
  #until = 0;

  constructor(bar, { after, onWarn, onEnd }) {
    this.#bar = bar;
    this.#after = after;
    this.#onWarn = onWarn;
    this.#onEnd = onEnd;
    for (const touch of ["pointerdown", "keydown", "wheel", "input", "focusin"]) {
      addEventListener(touch, () => this.#begin(), { passive: true, capture: true });
    }
  }

  watch() {
    this.rest();
    this.#begin();
    this.#timer = setInterval(() => this.#tick(), 250);
  }

  // The bar goes with the next tick, not under the finger that touches it.
  #begin() {
    this.#until = performance.now() + this.#after * 1000;
  }

  rest() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#bar.hidden = true;
  }

  #tick() {
    const left = Math.ceil((this.#until - performance.now()) / 1000);
    if (left <= 0) {
      this.rest();
      this.#onEnd();
      return;
    }
    // Half of a short time passes without a word, so that nobody is hurried at once.
    const wasHidden = this.#bar.hidden;
    this.#bar.hidden = left > Math.min(WARN_S, this.#after / 2);
    this.#bar.querySelector("[data-idle-left]").textContent = left;
    if (wasHidden && !this.#bar.hidden) this.#onWarn();
  }
}
