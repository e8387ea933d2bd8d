// The booth's camera and the one photo taken with it. The camera is on only while a guest looks into
// it: not before, not while the page is hidden, and not after.

import { Camera, CameraProblem, list, onAbsence } from "../camera/device.js";
import { countdown, encode, frame } from "../camera/shot.js";

export class Lens {
  #root;
  #camera;
  #canvas;
  #options;
  #counting = null; // the AbortController of a countdown that runs
  #hasPhoto = false;
  #facing = "user";

  // root.dataset.lens: asking, live, taken or problem.
  constructor(root, options) {
    this.#root = root;
    this.#options = options;
    this.#canvas = root.querySelector("canvas");
    this.#camera = new Camera(root.querySelector("video"));
    this.#camera.addEventListener("lost", () => this.#fail("lost"));
    this.#part("shutter").addEventListener("click", () => this.#take());
    this.#part("again").addEventListener("click", () => this.open());
    this.#part("other-camera").addEventListener("click", () => {
      this.#facing = this.#facing === "user" ? "environment" : "user";
      this.open();
    });
    onAbsence({
      leave: () => this.close(),
      back: () => this.#isWanted && this.open(),
    });
  }

  async open() {
    this.#stopCounting();
    this.#setState("asking");
    try {
      if (!(await this.#camera.start({ facing: this.#facing }))) return;
    } catch (problem) {
      this.#fail(problem instanceof CameraProblem ? problem.kind : "other");
      return;
    }
    // A camera that looks at you is a mirror on the screen, and the photo is what was seen there.
    this.#camera.video.toggleAttribute("data-mirrored", this.#isMirrored);
    this.#setState("live");
    this.#part("shutter").disabled = false;
    this.#part("shutter").focus({ preventScroll: true });
    this.#part("other-camera").hidden = (await list()).length < 2;
  }

  close() {
    this.#stopCounting();
    this.#camera.release();
  }

  forget() {
    this.close();
    this.#hasPhoto = false;
    this.#canvas.width = this.#canvas.height = 1;
    this.#setState("asking");
  }

  // The photo as a file, and small as an address for an <img>.
  photo() {
    return encode(this.#canvas, { maxBytes: this.#options.maxBytes });
  }

  preview() {
    const small = document.createElement("canvas");
    const scale = Math.min(1, 1200 / Math.max(this.#canvas.width, this.#canvas.height));
    small.width = Math.round(this.#canvas.width * scale);
    small.height = Math.round(this.#canvas.height * scale);
    small.getContext("2d").drawImage(this.#canvas, 0, 0, small.width, small.height);
    return { address: small.toDataURL("image/jpeg", 0.85), width: small.width, height: small.height };
  }

  get #isMirrored() {
    return this.#camera.facing !== "environment";
  }

  // Whether a guest stands before the camera, and not at another screen or with a photo taken.
  get #isWanted() {
    return this.#root.offsetParent !== null && !this.#hasPhoto;
  }

  async #take() {
    this.#stopCounting();
    const counting = (this.#counting = new AbortController());
    const count = this.#part("count");
    this.#part("shutter").disabled = true;
    try {
      await countdown(this.#options.seconds, {
        signal: counting.signal,
        onTick: (left) => {
          count.textContent = left;
          count.hidden = false;
          this.#options.announce(String(left));
        },
      });
      const taken = await frame(this.#camera, { mirrored: this.#isMirrored });
      if (counting.signal.aborted) return;
      this.#keep(taken);
    } catch (problem) {
      if (problem.name !== "AbortError") this.#fail("other");
    } finally {
      if (this.#counting === counting) this.#stopCounting();
    }
  }

  #keep(taken) {
    this.#canvas.width = taken.width;
    this.#canvas.height = taken.height;
    this.#canvas.getContext("2d").drawImage(taken, 0, 0);
    this.#hasPhoto = true;
    this.#camera.release();
    this.#setState("taken");
    this.#options.onTaken();
  }

  #stopCounting() {
    this.#counting?.abort();
    this.#counting = null;
    this.#part("count").hidden = true;
    this.#part("shutter").disabled = false;
  }

  #setState(state, problem = "") {
    this.#root.dataset.lens = state;
    if (state === "asking") this.#hasPhoto = false;
    for (const sentence of this.#root.querySelectorAll("[data-problem]")) {
      sentence.hidden = sentence.dataset.problem !== problem;
    }
  }

  #fail(kind) {
    this.#stopCounting();
    this.#setState("problem", kind);
    this.#part("again").focus({ preventScroll: true });
  }

  #part(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }
}
