// Sends masks to the site when their painting has come to rest, so that the form, the quick look and
// a page that is left all have what was painted. Nothing is lost when that fails: it is sent again.

import { upload } from "../upload.js";

const REST_MS = 700;

export class Saver {
  #waiting = new Map(); // layers to be sent, with the photo they are of
  #timer = 0;
  #running = null;

  // address(photo), token(): for the request. onSaved(photo, layer, id); onState("saving", "saved",
  // or "failed" with a sentence).
  constructor({ address, token, words, onSaved, onState }) {
    Object.assign(this, { address, token, words, onSaved, onState });
  }

  get isBehind() {
    return this.#waiting.size > 0 || this.#running !== null;
  }

  changed(photo, layer) {
    this.#waiting.set(layer, photo);
    this.onState("saving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), REST_MS);
  }

  // True when all is there.
  flush() {
    clearTimeout(this.#timer);
    this.#running ??= this.#sendAll().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #sendAll() {
    this.onState("saving");
    while (this.#waiting.size) {
      const [layer, photo] = this.#waiting.entries().next().value;
      const { version } = layer;
      try {
        const id = layer.share > 0 ? await this.#send(photo, layer) : "";
        // What was painted meanwhile is sent next.
        if (layer.version === version) this.#waiting.delete(layer);
        this.onSaved(photo, layer, id);
      } catch (problem) {
        this.onState("failed", problem.message);
        return false;
      }
    }
    this.onState("saved");
    return true;
  }

  async #send(photo, layer) {
    const file = new File([await layer.png()], "mask.png", { type: "image/png" });
    const { done } = upload(file, {
      url: this.address(photo),
      token: this.token(),
      source: "",
      words: this.words,
    });
    return (await done).id;
  }
}
