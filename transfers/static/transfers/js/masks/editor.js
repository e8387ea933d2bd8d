// The editor: a window over the page in which masks are painted on the photo. Which layers there
// are, and what becomes of them, is the business of ../masks.js.

import { History } from "./history.js";
import { watchBrushKeys, watchToolKeys } from "./keys.js";
import { watchPointers } from "./pointers.js";
import { Stroke } from "./stroke.js";
import { drawSwatch } from "./tints.js";
import { View } from "./view.js";
import { placeOf } from "./words.js";

const REST_MS = 400; // before a place is said
const SIZE_FACTOR = 1.15; // of [ and ]

export class Editor {
  #histories = new WeakMap(); // one for each photo
  #stroke = null;
  #restTimer = 0;

  // onChange(layer): it was painted on. Words are those of the dialog's data attributes.
  constructor(dialog, { onChange }) {
    this.dialog = dialog;
    this.words = dialog.dataset;
    this.onChange = onChange;
    this.canvas = this.#part("canvas");
    this.view = new View(this.canvas);
    this.layers = [];
    this.active = null;
    this.#watchCanvas();
    this.#watchTools();
  }

  // photo: {id, title}, an object that stays the same for the same photo; picture: drawable.
  show(photo, picture, layers, size) {
    const isNew = this.photo !== photo;
    this.photo = photo;
    this.remember(photo, null);
    this.history = this.#histories.get(photo);
    if (isNew) this.keys.reset();
    this.setLayers(layers);
    if (!this.dialog.open) this.dialog.showModal();
    this.view.resize();
    if (isNew || this.view.picture !== picture) this.view.show(picture, size);
    this.canvas.focus();
  }

  setLayers(layers) {
    this.layers = layers;
    this.view.layers = layers;
    if (!layers.includes(this.active)) [this.active] = layers;
    this.#renewList();
    this.update();
  }

  // A change that was made without the editor, to be undone in it.
  remember(photo, change) {
    if (!this.#histories.has(photo)) this.#histories.set(photo, new History());
    this.#histories.get(photo).add(change);
  }

  update() {
    this.view.active = this.active;
    for (const item of this.#part("layers").children) {
      const layer = this.layers.find(({ id }) => id === item.dataset.layer);
      item.querySelector("[type=radio]").checked = layer === this.active;
      item.querySelector("[type=checkbox]").checked = layer.isShown;
      item.querySelector("[data-place]").textContent = this.placeOf(layer);
    }
    // Not `disabled`: whoever undoes the last of it would lose the focus.
    this.#part("undo").setAttribute("aria-disabled", !this.history?.canUndo);
    this.#part("redo").setAttribute("aria-disabled", !this.history?.canRedo);
    this.view.draw();
  }

  placeOf(layer) {
    const { wordsNothing, wordsRest, wordsEverywhere, wordsPart } = this.words;
    const said = {
      nothing: wordsNothing,
      rest: wordsRest,
      everywhere: wordsEverywhere,
      part: wordsPart,
    };
    return placeOf(layer, this.layers, said);
  }

  say(sentence) {
    clearTimeout(this.#restTimer); // a place that is still to be said would talk over it
    this.#part("said").textContent = sentence;
  }

  // Of a sentence with %1 and %2.
  #sentence(name, ...values) {
    return values.reduce((said, value, at) => said.replace(`%${at + 1}`, () => value), this.words[name]);
  }

  #part(name) {
    return this.dialog.querySelector(`[data-mask-${name}]`);
  }

  // Tools

  get tool() {
    const value = (name) => Number(this.#part(name).value);
    const side = Math.max(this.view.size.width, this.view.size.height);
    return {
      radius: Math.max(0.5, (value("size") / 100) * side * 0.5),
      softness: value("softness") / 100,
      erases: this.dialog.querySelector("[data-mask-tool=eraser]").checked,
    };
  }

  #choose(layer) {
    this.active = layer;
    layer.isShown = true;
    this.update();
    this.say(this.#sentence("wordsChosen", layer.title, this.placeOf(layer)));
  }

  #watchTools() {
    this.#part("undo").addEventListener("click", () => this.#undo());
    this.#part("redo").addEventListener("click", () => this.#redo());
    for (const name of ["fill", "invert", "clear"]) {
      this.#part(name).addEventListener("click", () => this.#change(name));
    }
    for (const name of ["size", "softness"]) {
      this.#part(name).addEventListener("input", () => this.#showTool());
    }
    this.#part("zoom-in").addEventListener("click", () => this.view.zoomBy(1.5));
    this.#part("zoom-out").addEventListener("click", () => this.view.zoomBy(1 / 1.5));
    this.#part("zoom-fit").addEventListener("click", () => this.view.fit());
    this.#part("shape-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#addShape(event.submitter?.value === "erase");
    });
    const resize = (factor) => () => {
      const slider = this.#part("size");
      const [before, step] = [Number(slider.value), Number(slider.step)];
      slider.value = factor > 1 ? Math.max(before + step, before * factor) : before * factor;
      this.#showTool();
      this.say(this.#sentence("wordsSize", slider.value));
    };
    const pick = (name) => () => {
      const radio = this.dialog.querySelector(`[data-mask-tool=${name}]`);
      radio.checked = true;
      this.say(radio.closest("label").textContent.trim());
    };
    watchToolKeys(this.dialog, {
      undo: () => this.#undo(),
      redo: () => this.#redo(),
      keys: {
        "[": resize(1 / SIZE_FACTOR),
        "]": resize(SIZE_FACTOR),
        b: pick("brush"),
        e: pick("eraser"),
        "+": () => this.view.zoomBy(1.5),
        "=": () => this.view.zoomBy(1.5),
        "-": () => this.view.zoomBy(1 / 1.5),
        0: () => this.view.fit(),
      },
    });
    this.#showTool();
  }

  #showTool() {
    for (const name of ["size", "softness"]) {
      const slider = this.#part(name);
      this.#part(`${name}-shown`).textContent = `${Math.round(slider.value)} %`;
      slider.setAttribute("aria-valuetext", `${Math.round(slider.value)} %`);
    }
    if (this.view.cursor && this.view.size) {
      this.view.cursor.radius = this.tool.radius;
      this.view.draw();
    }
  }

  #change(name) {
    this.active.begin();
    this.active[name]();
    this.#settle(this.active.end());
    const sentence = { fill: "wordsFilled", invert: "wordsInverted", clear: "wordsCleared" }[name];
    this.say(this.#sentence(sentence, this.active.title));
  }

  #addShape(erases) {
    const share = (name) => Number(this.#part(`shape-${name}`).value) / 100;
    const { width, height } = this.view.size;
    const box = {
      x: share("left") * width,
      y: share("top") * height,
      width: share("width") * width,
      height: share("height") * height,
    };
    this.active.begin();
    this.active.shape(this.#part("shape-kind").value, box, erases);
    this.#settle(this.active.end());
    this.say(this.#sentence("wordsChosen", this.active.title, this.placeOf(this.active)));
  }

  #settle(change) {
    if (!change) return;
    this.history.add(change);
    this.update();
    this.onChange(change.layer);
  }

  #undo() {
    this.#tellMove(this.history.undo(), "wordsUndone", "wordsNoUndo");
  }

  #redo() {
    this.#tellMove(this.history.redo(), "wordsRedone", "wordsNoRedo");
  }

  #tellMove(layer, done, nothing) {
    if (!layer) return this.say(this.words[nothing]);
    if (this.layers.includes(layer)) this.active = layer;
    this.update();
    this.onChange(layer);
    return this.say(this.#sentence(done, layer.title, this.placeOf(layer)));
  }

  // Painting

  #watchCanvas() {
    const begin = (point, erases = false) => {
      end(); // of one that nothing has ended: what it painted is there to see
      const tool = this.tool;
      this.active.isShown = true;
      this.#stroke = new Stroke(this.active, { ...tool, erases: tool.erases || erases });
      go(point);
    };
    const go = ({ x, y, pressure }) => {
      this.#stroke?.to(x, y, pressure);
      this.view.draw();
    };
    const end = () => {
      const change = this.#stroke?.end();
      this.#stroke = null;
      this.#settle(change);
    };
    const abandon = () => {
      this.#stroke?.abandon();
      this.#stroke = null;
      this.update();
    };
    const point = (at, isKeyboard) => {
      this.view.cursor = at && { ...at, radius: this.tool.radius, isKeyboard };
      this.view.draw();
    };
    const stopPointers = watchPointers(this.canvas, this.view, {
      begin,
      go,
      end,
      abandon,
      hover: (at) => point(at, false),
    });
    const where = (at) => {
      clearTimeout(this.#restTimer);
      this.#restTimer = setTimeout(() => this.say(this.#placeSaid(at)), REST_MS);
    };
    this.keys = watchBrushKeys(this.canvas, this.view, {
      begin: (at) => {
        begin(at);
        point(at, true);
      },
      go,
      end: () => {
        end();
        this.say(this.#sentence("wordsPainted", this.active.title, this.placeOf(this.active)));
      },
      dab: (at) => {
        begin(at);
        end();
        this.say(this.#sentence("wordsPainted", this.active.title, this.placeOf(this.active)));
      },
      moved: (at) => {
        point(at, true);
        where(at);
      },
    });
    // Escape in the middle of a stroke: what is painted by then stays.
    this.dialog.addEventListener("close", () => {
      stopPointers();
      this.keys.stop();
    });
    this.canvas.addEventListener("focus", () => {
      if (this.canvas.matches(":focus-visible") && this.view.size) point(this.keys.place(), true);
    });
  }

  #placeSaid({ x, y }) {
    const { width, height } = this.view.size;
    const [left, top] = [(100 * x) / width, (100 * y) / height].map(Math.round);
    const at = this.active.context.getImageData(
      Math.min(width - 1, Math.floor(x)),
      Math.min(height - 1, Math.floor(y)),
      1,
      1,
    ).data[3];
    const said = this.#sentence("wordsCursor", left, top);
    return at > 127 ? `${said} ${this.words.wordsIsPainted}` : said;
  }

  // The list of layers

  #renewList() {
    const template = this.#part("layer");
    const focused = document.activeElement?.closest("[data-layer]")?.dataset.layer;
    this.#part("layers").replaceChildren(
      ...this.layers.map((layer) => {
        const item = template.content.firstElementChild.cloneNode(true);
        item.dataset.layer = layer.id;
        item.querySelector("[data-title]").textContent = layer.title;
        drawSwatch(item.querySelector("canvas"), layer.tint);
        const [radio, eye] = ["radio", "checkbox"].map((type) =>
          item.querySelector(`[type=${type}]`),
        );
        radio.addEventListener("change", () => this.#choose(layer));
        eye.setAttribute("aria-label", eye.getAttribute("aria-label").replace("%", () => layer.title));
        eye.addEventListener("change", () => {
          layer.isShown = eye.checked;
          this.view.draw();
        });
        return item;
      }),
    );
    if (focused) this.dialog.querySelector(`[data-layer="${focused}"] [type=radio]`)?.focus();
  }
}
