// The wheel of styles: radio buttons, so that arrow keys go around and a screen reader hears a
// group; their pictures lie around the chosen one. Buttons, a finger or the mouse turn it as well.
//
//   const wheel = new Wheel(element, { onChange: ({ value, title, artist }) => … });
//   wheel.value; wheel.focus(); wheel.reset();

const SEEN = 2; // pictures on either side
const SWIPE_PX = 40;

export class Wheel {
  #radios;
  #items;
  #onChange;
  #wheel;

  constructor(element, { onChange }) {
    this.#wheel = element;
    this.#onChange = onChange;
    this.#radios = [...element.querySelectorAll("input[type=radio]")];
    this.#items = this.#radios.map((radio) => radio.closest("label"));
    element.addEventListener("change", () => this.#show());
    this.#followFinger();
    this.#show();
  }

  get #index() {
    return Math.max(0, this.#radios.findIndex((radio) => radio.checked));
  }

  get value() {
    return this.#radios[this.#index]?.value ?? "";
  }

  focus() {
    this.#radios[this.#index]?.focus({ preventScroll: true });
  }

  reset() {
    this.#choose(0);
  }

  // Around the end it goes on with the beginning.
  turn(by) {
    this.#choose(this.#index + by);
  }

  #choose(index) {
    const count = this.#radios.length;
    if (!count) return;
    this.#radios[((index % count) + count) % count].checked = true;
    this.#show();
  }

  #show() {
    const count = this.#radios.length;
    const chosen = this.#index;
    this.#items.forEach((item, index) => {
      const ahead = (index - chosen + count) % count;
      const at = ahead > count / 2 ? ahead - count : ahead;
      const isFar = Math.abs(at) > SEEN;
      // What is far waits just behind the last that is seen, on its own side.
      item.style.setProperty("--at", isFar ? Math.sign(at) * (SEEN + 1) : at);
      item.toggleAttribute("data-far", isFar);
    });
    const { title = "", artist = "" } = this.#radios[chosen]?.dataset ?? {};
    this.#onChange({ value: this.value, title, artist });
  }

  #followFinger() {
    let from = null;
    let turned = false;
    this.#wheel.addEventListener("pointerdown", (event) => {
      from = event.clientX;
      turned = false;
    });
    this.#wheel.addEventListener("pointermove", (event) => {
      if (from === null || Math.abs(event.clientX - from) < SWIPE_PX) return;
      this.turn(event.clientX < from ? 1 : -1);
      from = event.clientX;
      turned = true;
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.#wheel.addEventListener(end, () => (from = null));
    }
    // Letting go after a swipe is no choice of what lies under the finger. A key's click, which has
    // no detail, is none of a finger's.
    this.#wheel.addEventListener(
      "click",
      (event) => {
        if (turned && event.detail) event.preventDefault();
        turned = false;
      },
      true,
    );
  }
}
