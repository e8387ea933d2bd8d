// A photo that was taken: the choice of four, turning, flipping and cropping, and the file that comes
// of it. Every change is kept at once (keep.js).

import { startCropFrame } from "../../../js/crop_frame.js";
import { newWord } from "../new_word.js";
import * as edits from "./edit.js";
import { encode } from "./shot.js";
import { note, part, say, setState, stage, words } from "./stage.js";

const KEEP_AFTER_MS = 300;

const review = part("review");
const canvas = review.querySelector("canvas");

// What was taken just now, as something to keep.
export function newShot(files, source) {
  const chosen = files.length === 1 ? 0 : null;
  const id = newWord();
  return { id, takenAt: Date.now(), source, files, chosen, edit: edits.untouched(), ready: null };
}

export class Review {
  #picture = null;
  #addresses = [];
  #timer;

  constructor(keep) {
    this.keep = keep;
    this.shot = null;
    this.isKept = false;
    this.frame = startCropFrame(review, {
      read: () => this.shot?.edit.crop ?? edits.untouched().crop,
      write: (crop) => this.#change({ ...this.shot.edit, crop }),
    });
    for (const button of stage.querySelectorAll("[data-edit]"))
      button.addEventListener("click", () => this.#change(this.#edited(button.dataset.edit)));
    for (const button of stage.querySelectorAll("[data-shot]"))
      button.addEventListener("click", () => this.choose(Number(button.dataset.shot)));
    part("to-the-four").addEventListener("click", () => this.choose(null));
  }

  // Shows `shot`: the four to choose from, or the one.
  async open(shot) {
    this.shot = shot;
    this.#save();
    if (shot.chosen === null) this.#showFour();
    else await this.#showOne();
  }

  choose(index) {
    return this.open({ ...this.shot, chosen: index, edit: edits.untouched(), ready: null });
  }

  // Back to the photo, after sending came to nothing.
  async reopen(noted = "", sentence = "") {
    await this.#showOne();
    note(noted, sentence);
  }

  async forget() {
    clearTimeout(this.#timer);
    const { shot } = this;
    this.shot = null;
    this.#letGo();
    note();
    if (shot) await this.keep.forget(shot);
  }

  // What is sent, and the word it is sent under: the same until the photo is changed.
  async ready() {
    const { shot } = this;
    if (!shot.ready) {
      const file = shot.files[shot.chosen];
      const isAsTaken = !this.#picture || edits.isUntouched(shot.edit);
      shot.ready = { file: isAsTaken ? file : await this.#edition(), key: newWord() };
    }
    await this.#save();
    if (this.#picture) this.#draw();
    return shot.ready;
  }

  // The server has this word for another photo: draw a new one.
  async renewKey() {
    this.shot.ready = null;
    return this.ready();
  }

  async #edition() {
    const kept = edits.draw(document.createElement("canvas"), this.#picture, this.shot.edit);
    return encode(kept, { maxBytes: Number(words.maxBytes) });
  }

  async #save() {
    clearTimeout(this.#timer);
    this.isKept = await this.keep.save(this.shot);
  }

  #edited(name) {
    const { edit } = this.shot;
    if (name === "flip") return edits.flipped(edit);
    if (name === "whole") return edits.uncropped(edit);
    return edits.turned(edit, name === "right");
  }

  #change(edit) {
    const isTurned = edit.turns !== this.shot.edit.turns || edit.flipped !== this.shot.edit.flipped;
    this.shot.edit = edit;
    this.shot.ready = null;
    if (isTurned) this.#draw({ whole: true });
    this.#describe();
    this.frame.show();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save().then(() => say(part("size").textContent)), KEEP_AFTER_MS);
  }

  #draw({ whole = false } = {}) {
    edits.draw(canvas, this.#picture, this.shot.edit, { whole });
    review.style.setProperty("--shape", canvas.width / canvas.height);
  }

  #describe() {
    const { width, height } = edits.keptPart(this.#picture, this.shot.edit);
    part("size").textContent = words.wordsSize.replace("%width", width).replace("%height", height);
    stage.querySelector("[data-edit=whole]").disabled = edits.isWhole(this.shot.edit);
  }

  #showFour() {
    note();
    this.#letGo();
    this.#addresses = this.shot.files.map((file) => URL.createObjectURL(file));
    const buttons = stage.querySelectorAll("[data-shot]");
    buttons.forEach((button, index) => (button.firstElementChild.src = this.#addresses[index]));
    setState("choosing", buttons[0]);
  }

  // A file that this browser cannot open (HEIC in most) can be sent, but not changed.
  async #showOne() {
    note();
    this.#letGo();
    const file = this.shot.files[this.shot.chosen];
    this.#picture = await createImageBitmap(file).catch(() => null);
    review.classList.toggle("invisible", !this.#picture);
    part("edit-tools").hidden = !this.#picture;
    part("file-name").hidden = Boolean(this.#picture);
    part("file-name").textContent = file.name;
    part("to-the-four").hidden = this.shot.files.length < 2;
    setState("taken", part("use"));
    if (!this.#picture) return;
    this.#draw({ whole: true });
    this.#describe();
    this.frame.show();
  }

  #letGo() {
    this.#picture?.close();
    this.#picture = null;
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = [];
  }
}
