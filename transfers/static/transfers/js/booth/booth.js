// A booth's device, from the start page over camera, style and painting back to the start page.
// What a guest leaves in this page (photo, link) is gone from it when the next one begins.

import { csrfToken } from "../csrf.js";
import { newWord } from "../new_word.js";
import { Idle } from "./idle.js";
import { Lens } from "./lens.js";
import { Picture } from "./picture.js";
import { offerFullScreen, stayAwake } from "./screen.js";
import { begin, ClosedError, removeInTheEnd, TurnError } from "./turn.js";
import { Wheel } from "./wheel.js";

const WALL_EVERY_MS = 15_000;
const WATCHING_S = 300; // Who watches a picture being painted touches nothing.

const booth = document.querySelector("[data-booth]");
const part = (name) => booth.querySelector(`[data-${name}]`);
const words = booth.dataset;
let sending = null; // what the guest who stands here waits for; what others have sent is not shown
let tried = null; // what was sent last and has not arrived, as far as is known
let wallShown = ""; // what the server said last, so that nothing is drawn anew for nothing
const wallBox = part("on-wall");
const paintButton = part("paint");
const paintWords = paintButton.textContent;

const idle = new Idle(part("idle-bar"), {
  after: Number(words.idle),
  onWarn() {
    document.querySelector("dialog[open]")?.close("no"); // it covers the countdown
    announce(words.wordsIdle);
  },
  onEnd: goHome,
});
const wheel = new Wheel(part("wheel"), {
  onChange: ({ title, artist }) => {
    part("style-title").textContent = title;
    part("style-artist").textContent = artist;
  },
});
const lens = new Lens(booth.querySelector("[data-lens]"), {
  seconds: Number(words.countdown),
  maxBytes: Number(words.maxBytes),
  onTaken: () => {
    show("review");
    announce(words.wordsTaken);
    part("go-on").focus();
  },
  announce,
});
const picture = new Picture(booth.querySelector("[data-screen-of=turn]"), {
  token: () => csrfToken(booth),
  words,
  announce,
  onDone: () => idle.watch(),
  onGone: goHome,
});

function announce(sentence) {
  part("announcer").textContent = sentence;
}

// The heading of the new screen gets the focus, so that its words are heard and Tab goes on there.
function show(screen, focus = true) {
  booth.dataset.screen = screen;
  const section = booth.querySelector(`[data-screen-of~="${screen}"]`);
  section.scrollTop = 0;
  if (focus) section.querySelector("h1, h2").focus({ preventScroll: true });
  if (screen === "welcome") idle.rest();
  else idle.watch();
}

function refuse(sentence) {
  part("refusal").textContent = sentence;
  part("refusal").hidden = !sentence;
}

// Everything of this guest leaves the page; what is being painted goes on without it.
function goHome() {
  waitFor(null);
  tried = null;
  lens.forget();
  picture.forget();
  wheel.reset();
  if (wallBox) wallBox.checked = true;
  refuse("");
  announce("");
  show("welcome");
  part("begin").focus({ preventScroll: true });
  refreshWall();
}

async function refreshWall() {
  try {
    const answer = await fetch(words.wallUrl, { cache: "no-store" });
    if (answer.status === 404) return location.reload(); // The booth has ended.
    if (!answer.ok) return;
    const pictures = await answer.text();
    if (pictures === wallShown || words.screen !== "welcome") return;
    wallShown = pictures;
    part("wall").innerHTML = pictures;
  } catch {
    // The wall stays as it is until the server is there again.
  }
}

function waitFor(what) {
  sending = what;
  paintButton.disabled = what !== null;
  paintButton.textContent = what ? words.wordsSending : paintWords;
}

// The same photo in the same style keeps its key until it has arrived.
function asked({ style, onWall }) {
  if (tried?.style !== style || tried.onWall !== onWall) {
    tried = { style, onWall, key: newWord() };
  }
  return tried;
}

// Whoever stops, or goes back to the photo, waits for it no longer. What is on its way by then is not
// cut off, as nobody could tell whether it has arrived and hangs on the wall: it is removed when the
// answer says where it is.
async function paint() {
  if (sending) return;
  const mine = { ...asked({ style: wheel.value, onWall: wallBox?.checked }) };
  waitFor(mine);
  refuse("");
  announce(words.wordsSending);
  try {
    const photo = await lens.photo();
    if (sending !== mine) return;
    const turn = await begin(words.takeUrl, { photo, ...mine, token: csrfToken(booth), words });
    if (sending !== mine) return removeInTheEnd(turn.remove, csrfToken(booth));
    waitFor(null);
    tried = null;
    picture.follow(turn, lens.preview());
    show("turn");
    idle.watch(Math.max(WATCHING_S, Number(words.idle)));
  } catch (problem) {
    if (problem instanceof ClosedError) return location.reload();
    if (sending !== mine) return;
    waitFor(null);
    refuse(problem instanceof TurnError ? problem.message : words.wordsTrouble);
    paintButton.focus();
    idle.watch();
  }
}

part("begin").addEventListener("click", () => {
  show("camera");
  lens.open();
});
for (const home of booth.querySelectorAll("[data-home], [data-next]")) {
  home.addEventListener("click", goHome);
}
part("retake").addEventListener("click", () => {
  tried = null;
  show("camera");
  lens.open();
});
part("go-on").addEventListener("click", () => {
  lens.close();
  show("style");
  wheel.focus();
});
part("back").addEventListener("click", () => {
  tried = null; // what is on its way will be removed
  waitFor(null);
  refuse("");
  show("review");
});
for (const button of booth.querySelectorAll("[data-turn]")) {
  button.addEventListener("click", () => wheel.turn(Number(button.dataset.turn)));
}
paintButton.addEventListener("click", paint);
part("once-more").addEventListener("click", () => {
  picture.forget();
  show("style");
  wheel.focus();
});
part("stay").addEventListener("click", () => idle.stay());

offerFullScreen(part("full-screen"));
stayAwake();
setInterval(() => words.screen === "welcome" && !document.hidden && refreshWall(), WALL_EVERY_MS);
