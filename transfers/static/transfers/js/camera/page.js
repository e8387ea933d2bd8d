// The camera page: from the question to the photo that is sent. The camera is on only while its
// picture is seen; a photo that was taken is kept in this browser until it has arrived.

import { csrfToken } from "../csrf.js";
import { obstacle, onAbsence, permission } from "./device.js";
import { Keep } from "./keep.js";
import { cancel, rest, take, turnOn, wake } from "./live.js";
import { newShot, Review } from "./review.js";
import { send } from "./send.js";
import { note, part, say, setState, showProblem, showSecureAddresses, stage, state, words } from "./stage.js";

const review = new Review(new Keep(words.owner));
const nudge = new EventTarget(); // "now": do not wait any longer
let stopper = new AbortController(); // of the photo that is being sent

// This page's own token is void once anybody signs in in another tab: it may be somebody else, whose
// photo this is not. What is kept is found again by whom it belongs to; what is not has no other way.
const ownToken = csrfToken(stage);
const token = () => (review.isKept ? ownToken : csrfToken(stage));

// With a photo that waits to be sent; or at once, where the camera is allowed already; or with the
// reason for the question that the browser will ask.
async function begin() {
  const kept = await review.keep.latest();
  if (kept) {
    await review.open(kept);
    return note("kept");
  }
  const inTheWay = obstacle();
  if (inTheWay) return showProblem(inTheWay);
  const isDecided = ["granted", "denied"].includes(await permission());
  if (isDecided) await turnOn();
  else setState("welcome");
}

async function shutter() {
  const files = await take();
  if (!files) return;
  say(files.length > 1 ? words.wordsFour : words.wordsTaken);
  await review.open(newShot(files, "camera"));
}

async function retake() {
  await review.forget();
  await turnOn();
}

function showProgress(share) {
  part("try-now").hidden = true;
  const isSent = share >= 1;
  if (isSent) part("progress").removeAttribute("value");
  else part("progress").value = share;
  part("sending-words").textContent = isSent
    ? words.wordsPreparing
    : words.wordsSending.replace("%", Math.round(share * 100));
}

function showWaiting({ isOffline }) {
  const sentence = isOffline ? words.wordsOffline : words.wordsWaiting;
  if (part("sending-words").textContent !== sentence) say(sentence);
  part("sending-words").textContent = sentence;
  part("progress").removeAttribute("value");
  part("try-now").hidden = false;
}

async function deliver({ file, key }) {
  stopper.signal.throwIfAborted();
  return send(file, {
    url: words.uploadUrl,
    token,
    source: review.shot.source,
    key,
    words,
    signal: stopper.signal,
    nudge,
    onProgress: showProgress,
    onWaiting: showWaiting,
  });
}

async function use() {
  if (state() !== "taken") return;
  stopper = new AbortController();
  note();
  setState("sending", part("stop"));
  showProgress(0);
  say(part("sending-words").textContent);
  try {
    const photo = await deliver(await review.ready()).catch(async (problem) => {
      if (problem.reason !== "key_reused") throw problem;
      return deliver(await review.renewKey());
    });
    await review.forget();
    setState("sent");
    location.assign(`${words.newUrl}?photo=${encodeURIComponent(photo.id)}`);
  } catch (problem) {
    await explain(problem);
  }
}

async function explain(problem) {
  if (problem.name === "AbortError") return review.reopen();
  if (problem.isSignedOut)
    return review.reopen(review.isKept ? "signed-out" : "signed-out-unkept");
  if (review.shot.source === "camera") return review.reopen("refused", problem.message);
  await review.forget(); // a file that nobody can use is not worth keeping
  setState("welcome", part("turn-on"));
  note("refused", problem.message);
}

async function useFile(file) {
  rest();
  if (file.size > Number(words.maxBytes)) return note("refused", words.wordsTooLarge);
  await review.open(newShot([file], "upload"));
  await use();
}

// The space bar and Enter press the shutter wherever nothing else would take them.
function onKey(event) {
  if (event.key === "Escape" && ["counting", "shooting"].includes(state())) return cancel();
  const isFree = [document.body, document.documentElement].includes(event.target);
  const isShutter = [" ", "Enter"].includes(event.key) && (isFree || event.target.id === "main");
  if (!isShutter || state() !== "live") return;
  event.preventDefault();
  shutter();
}

part("shutter").addEventListener("click", shutter);
part("cancel").addEventListener("click", cancel);
part("use").addEventListener("click", use);
part("stop").addEventListener("click", () => stopper.abort());
part("try-now").addEventListener("click", () => nudge.dispatchEvent(new Event("now")));
for (const name of ["turn-on", "again"]) part(name).addEventListener("click", turnOn);
for (const button of stage.querySelectorAll("[data-retake]"))
  button.addEventListener("click", retake);
for (const input of stage.querySelectorAll("[data-other-way]"))
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    if (file) useFile(file);
  });
document.addEventListener("keydown", onKey);
onAbsence({ leave: rest, back: () => (state() === "sent" ? begin() : wake()) });

if (!window.isSecureContext) showSecureAddresses();
begin();
