// Sends masks to the site when their painting has come to rest, so that the form, the quick look and
// a page that is left all have what was painted. Nothing is lost when that fails: it waits, and is
// sent again with the next change, or when it is asked for.

import { upload } from "../upload.js";

const REST_MS = 700;

export class Saver {
  #waiting = new Map(); // layers to be sent, with the photo they are of
  #timer = 0;
  #running = null;

  // address(photo), token(): for the request. onSaved(photo, layer, id); onState("saving", "saved",
  // or "failed" with a sentence). isWanted(photo, layer): it belongs to the picture as it is now.
  constructor({ address, token, words, isWanted, onSaved, onState }) {
    Object.assign(this, { address, token, words, isWanted, onSaved, onState });
  }

  // With any, or with any of `layers`.
  isBehind(layers = [...this.#waiting.keys()]) {
    return layers.some((layer) => this.#waiting.has(layer));
  }

  changed(photo, layer) {
    this.#waiting.set(layer, photo);
    this.onState("saving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), REST_MS);
  }

  // True when all that can be sent is there, or all of `layers`.
  async flush(layers) {
    clearTimeout(this.#timer);
    this.#running ??= this.#sendAll().finally(() => {
      this.#running = null;
    });
    await this.#running;
    return !this.isBehind(layers);
  }

  // Each once: one that fails does not keep the others.
  async #sendAll() {
    this.onState("saving");
    const failed = new Map(); // sentences by layer
    for (;;) {
      const next = [...this.#waiting].find(([layer]) => !failed.has(layer));
      if (!next) break;
      const [layer, photo] = next;
      const { version } = layer;
      try {
        const id = layer.share > 0 ? await this.#send(photo, layer) : "";
        // What was painted meanwhile is sent next.
        if (layer.version === version) this.#waiting.delete(layer);
        this.onSaved(photo, layer, id);
      } catch (problem) {
        const isFinal = !problem.isPassing && !problem.isSignedOut;
        if (isFinal && !this.isWanted(photo, layer)) this.#waiting.delete(layer);
        else failed.set(layer, problem.message);
      }
    }
    const [sentence] = failed.values();
    if (failed.size) this.onState("failed", sentence);
    else this.onState("saved");
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
