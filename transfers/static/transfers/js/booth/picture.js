// The last screen of a turn: the picture develops, stands beside the photo at the end, and its link
// is there to be taken home from the first moment.

import { develop } from "../developing.js";
import { follow, remove, removeInTheEnd } from "./turn.js";

const SPEAK_EVERY_MS = 10_000;

export class Picture {
  #root;
  #options;
  #turn = null;
  #stop = () => {};
  #spokenAt = 0;

  constructor(root, options) {
    this.#root = root;
    this.#options = options;
    const question = this.#part("remove-dialog");
    this.#part("remove").addEventListener("click", () => {
      question.returnValue = "";
      question.showModal();
    });
    question.addEventListener("close", () => question.returnValue === "yes" && this.#remove());
  }

  // turn: what the server answered to the photo. photo: {address, width, height} of what was sent.
  follow(turn, photo) {
    this.#stop();
    this.#turn = turn;
    this.#setOutcome("painting");
    this.#showDeveloping(photo);
    this.#part("qr").src = turn.qr;
    this.#part("link").textContent = turn.link.replace(/^https?:\/\//, "").replace(/\/$/, "");
    this.#part("until").textContent = turn.until;
    this.#say("doing", "");
    this.#say("time-left", "");
    this.#part("progress").removeAttribute("value");
    this.#part("sentence").hidden = true;
    this.#spokenAt = Date.now();
    this.#stop = follow(turn.turn, {
      onNews: (news) => this.#show(news),
      onAway: () => this.#say("doing", this.#options.words.wordsAway),
      onGone: () => {
        this.#options.onGone();
        this.#options.announce(this.#options.words.wordsGone);
      },
    });
  }

  forget() {
    this.#stop();
    if (this.#part("remove-dialog").open) this.#part("remove-dialog").close("no");
    this.#turn = null;
    delete this.#part("developing").dataset.wanted;
    this.#part("remove").disabled = false;
    for (const name of ["link", "until", "doing", "time-left"]) this.#say(name, "");
    for (const image of this.#root.querySelectorAll("img")) image.removeAttribute("src");
    this.#setOutcome("");
  }

  // Returns whether that was the last of it.
  #show(news) {
    if (news.sentence) return this.#fail(news.sentence);
    if (news.state === "succeeded") return this.#finish(news);
    this.#say("doing", news.doing);
    this.#say("time-left", news.time_left);
    const progress = this.#part("progress");
    if (news.percent === null) progress.removeAttribute("value");
    else progress.value = news.percent;
    if (news.picture !== news.photo) develop(this.#part("developing"), news.picture);
    if (Date.now() - this.#spokenAt >= SPEAK_EVERY_MS) {
      this.#spokenAt = Date.now();
      this.#options.announce([news.doing, news.time_left].filter(Boolean).join(", "));
    }
    return false;
  }

  #showDeveloping({ address, width, height }) {
    for (const frame of this.#root.querySelectorAll("[data-frame]")) {
      frame.style.setProperty("--ratio", width / height);
    }
    const developing = this.#part("developing");
    delete developing.dataset.wanted;
    developing.src = address;
  }

  #finish(news) {
    const [after, before] = this.#root.querySelectorAll("[data-compare] img");
    for (const image of [after, before]) {
      image.loading = "eager";
      Object.assign(image, { width: news.width, height: news.height });
    }
    after.src = news.picture;
    before.src = news.photo;
    this.#setOutcome("done");
    this.#options.announce(this.#options.words.wordsReady);
    this.#options.onDone();
    return true;
  }

  #fail(sentence) {
    this.#say("sentence", sentence);
    this.#part("sentence").hidden = false;
    this.#setOutcome("none");
    this.#options.onDone();
    return true;
  }

  // By the time it is done another guest may stand here, whom it is no concern of.
  async #remove() {
    const turn = this.#turn;
    const button = this.#part("remove");
    button.disabled = true;
    try {
      await remove(turn.remove, this.#options.token());
    } catch {
      if (turn !== this.#turn) return removeInTheEnd(turn.remove, this.#options.token());
      this.#say("sentence", this.#options.words.wordsTrouble);
      this.#part("sentence").hidden = false;
      button.disabled = false;
      return;
    }
    if (turn !== this.#turn) return;
    this.#options.onGone();
    this.#options.announce(this.#options.words.wordsGone);
  }

  // painting, done, none (there will be no picture), or empty while nobody is here.
  #setOutcome(outcome) {
    this.#root.dataset.outcome = outcome;
    const heading = this.#root.querySelector("h2");
    const words = { painting: "wordsPainting", done: "wordsDone", none: "wordsNone" };
    heading.textContent = heading.dataset[words[outcome]] ?? "";
  }

  #say(name, words) {
    this.#part(name).textContent = words;
  }

  #part(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }
}
