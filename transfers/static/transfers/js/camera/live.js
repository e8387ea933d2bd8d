// The camera while it is live: which one, how its picture is shown, and taking photos of it.

import { loadChoices, saveChoices } from "./choices.js";
import { Camera, list, onDevicesChanged, permission } from "./device.js";
import { burst, countdown, encode, still } from "./shot.js";
import { note, part, say, setState, showProblem, stage, state, words } from "./stage.js";

const TIMERS_S = [0, 3, 10];

const choices = loadChoices();
const view = part("view");
const camera = new Camera(view.querySelector("video"));
let stopper = new AbortController(); // of the photo that is being taken

const side = () => (camera.facing === "environment" ? "environment" : "user");
const isMirrored = () => choices.mirror[side()];

// `returnTo`: where the focus goes once it is on.
export async function turnOn({ returnTo = part("shutter") } = {}) {
  note();
  setState("asking");
  try {
    if (!(await camera.start(choices))) return;
  } catch (problem) {
    return showProblem(problem.kind);
  }
  fit();
  showChoices();
  setState("live", returnTo);
  say(words.wordsLive);
  await offerCameras();
}

function fit() {
  view.style.setProperty("--shape", camera.width / camera.height);
  part("video-size").textContent = words.wordsSize
    .replace("%width", camera.width)
    .replace("%height", camera.height);
}

function showChoices() {
  camera.video.toggleAttribute("data-mirrored", isMirrored());
  part("grid").hidden = !choices.grid;
  const pressed = { mirror: isMirrored(), grid: choices.grid, burst: choices.burst };
  for (const [name, isOn] of Object.entries(pressed))
    stage.querySelector(`[data-toggle=${name}]`).setAttribute("aria-pressed", isOn);
  for (const sentence of stage.querySelectorAll("[data-mirror-words]"))
    sentence.hidden = (sentence.dataset.mirrorWords === "on") !== isMirrored();
  part("timer-words").textContent = part("timer").dataset[`words-${choices.timer}`];
}

function change(made) {
  Object.assign(choices, made);
  saveChoices(choices);
  showChoices();
}

async function offerCameras() {
  const cameras = await list();
  const select = part("cameras");
  const options = cameras.map(({ deviceId, label }, index) => {
    const name = label || select.dataset.wordsUnnamed.replace("%", index + 1);
    return new Option(name, deviceId, false, deviceId === camera.deviceId);
  });
  select.replaceChildren(...options);
  select.hidden = cameras.length < 2;
  const turnsAround = camera.facing || matchMedia("(pointer: coarse)").matches;
  part("turn-around").hidden = cameras.length < 2 || !turnsAround;
}

function flash() {
  view.classList.remove("camera-flash");
  requestAnimationFrame(() => view.classList.add("camera-flash"));
}

function showCount(text) {
  part("count").hidden = !text;
  part("count").textContent = text;
}

async function shoot(signal) {
  if (choices.timer) {
    const onTick = (left) => {
      showCount(left);
      say(String(left));
    };
    await countdown(choices.timer, { onTick, signal });
    showCount("");
  }
  const options = { mirrored: isMirrored(), maxBytes: Number(words.maxBytes), signal };
  const onShot = (index) => {
    flash();
    say(words.wordsShot.replace("%", index + 1));
  };
  if (choices.burst) return burst(camera, { ...options, onShot });
  const photo = await still(camera, options);
  flash();
  return [await encode(photo, options)];
}

// Resolves to the files that were taken, with the camera off; to null when nothing came of it.
export async function take() {
  if (state() !== "live") return null;
  stopper = new AbortController();
  const { signal } = stopper;
  setState(choices.timer ? "counting" : "shooting", choices.timer ? part("cancel") : null);
  try {
    const files = await shoot(signal);
    signal.throwIfAborted();
    camera.release();
    return files;
  } catch (problem) {
    if (problem.name !== "AbortError") showProblem("other");
    else if (state() !== "problem") backToLive();
    return null;
  } finally {
    showCount("");
  }
}

function backToLive() {
  setState("live", part("shutter"));
  if (camera.isLive) say(words.wordsCancelled);
}

export const cancel = () => stopper.abort();

// Nobody looks any more.
export function rest() {
  cancel();
  camera.release();
}

// Somebody looks again. After a rest the state still says what it was for.
export function wake() {
  if (["asking", "live", "shooting", "counting"].includes(state()) && !camera.isLive) turnOn();
}

camera.addEventListener("resized", fit);
camera.addEventListener("muted", () => note("muted"));
camera.addEventListener("unmuted", () => note());
camera.addEventListener("lost", () => {
  showProblem("lost");
  cancel();
});
onDevicesChanged(async () => {
  if (camera.isLive) return offerCameras();
  const isMissed = ["missing", "lost"].some(
    (kind) => !stage.querySelector(`[data-problem=${kind}]`).hidden,
  );
  if (state() !== "problem" || !isMissed || (await permission()) !== "granted") return;
  if ((await list()).length) turnOn();
});

part("timer").addEventListener("click", () => {
  const next = TIMERS_S[(TIMERS_S.indexOf(choices.timer) + 1) % TIMERS_S.length];
  change({ timer: next });
  say(part("timer-words").textContent);
});
stage.querySelector("[data-choices]").addEventListener("click", (event) => {
  const name = event.target.closest("[data-toggle]")?.dataset.toggle;
  if (name === "mirror") change({ mirror: { ...choices.mirror, [side()]: !isMirrored() } });
  else if (name) change({ [name]: !choices[name] });
});
part("cameras").addEventListener("change", (event) => {
  change({ deviceId: event.target.value });
  turnOn({ returnTo: event.target }); // the next arrow key goes on from there
});
part("turn-around").addEventListener("click", () => {
  change({ facing: side() === "user" ? "environment" : "user", deviceId: "" });
  turnOn();
});
