// The camera page: asks for the webcam, shows it, takes one frame, and sends it to the API. The
// camera is released whenever nobody looks: on use, on leaving, and while the page is hidden.

import { csrfToken } from "./csrf.js";
import { upload } from "./upload.js";

const JPEG_QUALITY = 0.95;

const stage = document.querySelector("[data-camera]");
const part = (name) => stage.querySelector(`[data-${name}]`);
const video = stage.querySelector("video");
const canvas = stage.querySelector("canvas");
let stream = null;
let facing = "user";
let starting = 0; // counts attempts, so that a late answer to an old one is let go

const SENTENCE_FOR = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

// state: asking, live, taken, sending or problem; the template shows what belongs to each.
function setState(state, problem = "") {
  stage.dataset.state = state;
  for (const sentence of stage.querySelectorAll("[data-problem]")) {
    sentence.hidden = sentence.dataset.problem !== problem;
  }
}

function release() {
  starting += 1;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.srcObject = null;
}

async function start() {
  release();
  const attempt = starting;
  if (!navigator.mediaDevices?.getUserMedia) return setState("problem", "insecure");
  setState("asking");
  try {
    const granted = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1440 } },
    });
    if (attempt !== starting) return granted.getTracks().forEach((track) => track.stop());
    stream = granted;
    video.srcObject = stream;
    await video.play();
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => setState("problem", "busy"));
    // A camera that looks at you is a mirror on the screen; the photo itself is never mirrored.
    video.toggleAttribute("data-mirrored", track.getSettings().facingMode !== "environment");
    setState("live");
    await offerOtherCamera();
  } catch (problem) {
    if (attempt !== starting) return;
    release();
    setState("problem", SENTENCE_FOR[problem.name] ?? "other");
  }
}

async function offerOtherCamera() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  part("switch").hidden = devices.filter((device) => device.kind === "videoinput").length < 2;
}

function take() {
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  setState("taken");
  part("use").focus();
}

async function send(file, source) {
  setState("sending");
  release();
  try {
    const photo = await upload(file, {
      url: stage.dataset.uploadUrl,
      token: csrfToken(stage),
      source,
      words: stage.dataset,
    }).done;
    location.assign(`${stage.dataset.newUrl}?photo=${encodeURIComponent(photo.id)}`);
  } catch (problem) {
    part("refusal").textContent = problem.message;
    setState(source === "camera" ? "taken" : "problem", "refused");
  }
}

part("shutter").addEventListener("click", take);
part("retake").addEventListener("click", start);
part("again").addEventListener("click", start);
part("switch").addEventListener("click", () => {
  facing = facing === "user" ? "environment" : "user";
  start();
});
part("use").addEventListener("click", () => {
  canvas.toBlob(
    (blob) => send(new File([blob], "camera.jpg", { type: "image/jpeg" }), "camera"),
    "image/jpeg",
    JPEG_QUALITY,
  );
});
part("other-way").addEventListener("change", (event) => {
  if (event.target.files.length) send(event.target.files[0], "upload");
});

addEventListener("pagehide", release);
addEventListener("pageshow", (event) => {
  if (event.persisted && stage.dataset.state !== "taken") start();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) release();
  else if (["live", "asking"].includes(stage.dataset.state)) start();
});

start();
