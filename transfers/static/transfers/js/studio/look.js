// A quick look (templates/transfers/_look.html): a moment after a change the settings as they stand
// are sent, painted small, and shown as they come; the next change stops that one and begins anew.
// Whether one begins by itself is up to the person (remembered) and to the server, which says so
// where it would take long.

import { csrfToken } from "../csrf.js";
import { loaded } from "../developing.js";

const PAUSE_MS = 600; // from the last change on: whoever is still choosing has nothing painted
const ASK_EVERY_MS = 200; // at first; one that takes long is asked for less often
const LONG_MS = 10_000;
const ASK_AGAIN_MS = 2000; // where the server could not be reached
const REMEMBERED = "quick-look";

const look = document.querySelector("[data-look]");
const form = look.closest("form");
const part = (name) => look.querySelector(`[data-look-${name}]`);
const picture = part("picture");
const auto = part("auto");
const words = look.dataset;
const compareWord = part("compare");

// What this page calls the looks that it sends for, a number behind it; randomUUID needs HTTPS.
const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
let wanted = 0; // counts what was asked for: answers to anything older are late
let running = null; // the addresses of the look under way or shown
let begun = 0; // what `wanted` was when the latest was sent for
let isSending = false; // its answer is not there yet
let timer = 0; // of the one that begins soon, or 0
let shownAddress = "";

function isComplete() {
  const chosen = new FormData(form);
  return Boolean(chosen.get("photo") && chosen.get("style"));
}

// What is shown

function say(sentence, { aloud = false } = {}) {
  part("words").textContent = sentence;
  if (aloud) part("said").textContent = sentence;
}

function complain(sentence) {
  const problem = part("problem");
  problem.textContent = sentence;
  problem.hidden = !sentence;
  problem.classList.toggle("text-danger", Boolean(sentence));
}

function showProgress(percent) {
  const bar = part("bar");
  bar.hidden = percent === null;
  bar.style.transform = `scaleX(${(percent ?? 0) / 100})`;
}

function offer({ now = false, keep = false } = {}) {
  const held = document.activeElement;
  part("now").hidden = !now;
  part("keep").hidden = !keep;
  part("kept").hidden = true;
  compareWord.hidden = picture.hidden;
  if (look.contains(held) && held.hidden) auto.focus({ preventScroll: true });
}

async function showPicture(address, asked) {
  if (!address || address === shownAddress) return;
  const next = await loaded(address);
  if (!next || asked !== wanted) return;
  shownAddress = address;
  picture.src = address;
  picture.width = next.naturalWidth;
  picture.height = next.naturalHeight;
  picture.alt = words.alt;
  picture.hidden = false;
  part("empty").hidden = true;
  look.toggleAttribute("data-stale", false);
  compareWord.hidden = false;
}

// Nothing to see yet, or not any more.
function showNothing(sentence) {
  picture.hidden = true;
  shownAddress = "";
  part("empty").hidden = false;
  part("empty").textContent = sentence;
  showProgress(null);
  say("");
  offer();
}

// Asking for it

async function post(address, body) {
  body.set("csrfmiddlewaretoken", csrfToken(form));
  return fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
}

function settings(asked) {
  const body = new FormData(form);
  body.delete("image"); // it is stored already, or not what is shown
  body.set("sent_as", `${page}-${begun}`);
  if (asked) body.set("asked", "yes");
  return body;
}

function forgetTimer() {
  clearTimeout(timer);
  timer = 0;
}

function tell(address, body = new FormData()) {
  body.set("csrfmiddlewaretoken", csrfToken(form));
  navigator.sendBeacon(address, body);
}

async function begin({ asked = false } = {}) {
  forgetTimer();
  const mine = ++wanted;
  begun = mine;
  isSending = true;
  complain("");
  offer();
  look.toggleAttribute("data-stale", !picture.hidden);
  let answer;
  try {
    answer = await post(words.beginUrl, settings(asked));
    if (answer.redirected) return mine === wanted && stopWith(words.wordsSignedOut);
    const said = await answer.json();
    if (mine !== wanted) {
      // Nobody wants it any more, and no newer one has taken its place.
      if (mine === begun && answer.status === 201) tell(said.cancel_url);
      return;
    }
    if (answer.status === 201) return follow(said, mine);
    if (said.can_be_asked) return wait(said.sentence);
    stopWith(said.sentence);
  } catch {
    if (mine === wanted) stopWith(words.wordsLost);
  } finally {
    if (mine === begun) isSending = false;
  }
}

function stopWith(sentence) {
  running = null;
  showProgress(null);
  say("");
  complain(sentence);
  offer({ now: true });
}

// None begins by itself now, and why.
function wait(sentence) {
  running = null;
  showProgress(null);
  say(sentence, { aloud: true });
  offer({ now: true });
}

async function follow(said, mine) {
  const began = Date.now();
  running = said;
  show(said, mine);
  while (said.unfinished) {
    const pause = Date.now() - began < LONG_MS ? ASK_EVERY_MS : 5 * ASK_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (mine !== wanted) return;
    try {
      const answer = await fetch(said.state_url, { headers: { Accept: "application/json" } });
      if (mine !== wanted) return;
      if (answer.status === 404) return stopWith(words.wordsGone);
      if (!answer.ok) throw new Error(answer.statusText);
      said = await answer.json();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      continue;
    }
    if (mine !== wanted) return;
    running = said;
    await show(said, mine);
  }
}

async function show(said, mine) {
  const shown = showPicture(said.picture, mine);
  if (said.unfinished) {
    showProgress(said.percent);
    say(said.words);
    return shown;
  }
  await shown; // ready is what is to be seen
  if (mine !== wanted) return undefined;
  showProgress(null);
  if (said.state === "succeeded") {
    say(said.words);
    part("said").textContent = words.wordsReady;
    offer({ keep: true });
  } else if (said.state === "failed") stopWith(said.words);
  else stopped();
  return undefined;
}

// Another window of the same person has begun one, or an operator has stopped it.
function stopped() {
  running = null;
  say("");
  offer({ now: true });
}

// Taking away what it needs, or leaving the page, stops it.
function cancel() {
  forgetTimer();
  wanted++;
  if (!running?.unfinished) return;
  tell(running.cancel_url);
  running = null;
}

// Nobody will be here for the answer to what was sent for.
function leave() {
  if (isSending) {
    const body = new FormData();
    body.set("sent_as", `${page}-${begun}`);
    tell(words.leaveUrl, body);
  }
  cancel();
}

function soon() {
  forgetTimer();
  if (!isComplete()) {
    cancel();
    showNothing(words.wordsEmpty);
    return;
  }
  if (!auto.checked) {
    cancel();
    look.toggleAttribute("data-stale", !picture.hidden);
    showProgress(null);
    say(words.wordsOff);
    offer({ now: true });
    return;
  }
  timer = setTimeout(begin, PAUSE_MS);
}

// What one does with it

async function keep() {
  const mine = wanted;
  const button = part("keep");
  button.disabled = true;
  complain("");
  try {
    const answer = await post(running.keep_url, new FormData());
    const said = await answer.json();
    if (mine !== wanted) {
      part("said").textContent = answer.ok ? said.words : said.sentence; // what is shown is newer
      return;
    }
    if (!answer.ok) return complain(said.sentence);
    button.hidden = true;
    part("kept").href = said.address;
    part("kept").hidden = false;
    part("kept").focus();
    say(said.words, { aloud: true });
  } catch {
    if (mine === wanted) complain(words.wordsLost);
  } finally {
    button.disabled = false;
  }
}

function showPhoto(shown) {
  const photo = part("photo");
  if (shown) photo.src = document.querySelector("[data-photo-shown]").src;
  photo.hidden = !shown;
  compareWord.setAttribute("aria-pressed", String(shown));
}

for (const type of ["pointerdown", "pointerup", "pointercancel", "pointerleave", "blur"]) {
  compareWord.addEventListener(type, () => showPhoto(type === "pointerdown"));
}
for (const type of ["keydown", "keyup"]) {
  compareWord.addEventListener(type, (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) showPhoto(type === "keydown");
  });
}
compareWord.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press
part("now").addEventListener("click", () => begin({ asked: true }));
part("keep").addEventListener("click", keep);
auto.addEventListener("change", () => {
  localStorage.setItem(REMEMBERED, auto.checked ? "on" : "off");
  if (auto.checked || timer || isSending || running?.unfinished) soon();
});
form.addEventListener("studio:changed", soon);
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => {
  if (event.persisted) soon();
});

auto.checked = localStorage.getItem(REMEMBERED) !== "off";
look.hidden = false;
soon();
