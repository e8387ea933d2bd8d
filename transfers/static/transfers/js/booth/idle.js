// Nobody has touched the booth for a while: a visible countdown, then back to the start.
//
//   const idle = new Idle(bar, { after: 60, onWarn: () => …, onEnd: () => … });
//   idle.watch();   // a new screen, or something to look at: the time begins anew
//   idle.watch(300); // the same, where people wait without a touch
//   idle.rest();    // the start page waits for as long as it takes

const WARN_S = 20;

export class Idle {
  #bar;
  #usual;
  #after;
  #onWarn;
  #onEnd;
  #timer = null;
  #until = 0;

  constructor(bar, { after, onWarn, onEnd }) {
    this.#bar = bar;
    this.#usual = this.#after = after;
    this.#onWarn = onWarn;
    this.#onEnd = onEnd;
    for (const touch of ["pointerdown", "keydown", "wheel", "input", "focusin"]) {
      addEventListener(touch, () => this.#begin(), { passive: true, capture: true });
    }
  }

  watch(after = this.#usual) {
    this.rest();
    this.#after = after;
    this.#begin();
    this.#timer = setInterval(() => this.#tick(), 250);
  }

  // Somebody says so.
  stay() {
    this.watch(this.#after);
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
