// The live page. htmx polls the words; this shows the newest preview once it has loaded, speaks the
// progress now and then, says in the tab and by a notice when it is done, and stays calm while the
// server cannot be reached.

import { showFailed, showNothing, showProgress } from "../../js/tab.js";
import { loaded } from "./developing.js";
import { notify, offerNotice } from "./notify.js";

const SPEAK_EVERY_MS = 10_000;
const FADE_MS = 250;

const live = document.querySelector("[data-live]");
const frame = live.querySelector("[data-frame]");
const poller = live.querySelector("[data-poller]");
const announcer = live.querySelector("[data-announcer]");
let etag = null;
let wanted = frame.querySelector("[data-layer]:last-of-type")?.getAttribute("src") ?? "";
let spokenAt = Date.now();

async function showPicture(address) {
  if (!address || address === wanted) return;
  wanted = address;
  const layer = await loaded(address);
  if (!layer || wanted !== address) return;
  layer.alt = "";
  layer.dataset.layer = "";
  layer.className = frame.dataset.layerClass;
  const older = [...frame.querySelectorAll("[data-layer]")];
  frame.append(layer);
  const fade = layer.animate({ opacity: [0, 1] }, { duration: FADE_MS, easing: "linear" });
  fade.finished.finally(() => older.forEach((old) => old.remove()));
}

function readFragment() {
  const words = poller.querySelector("[data-words]");
  if (!words) return;
  showPicture(words.dataset.picture);
  const keep = live.querySelector("[data-keep]");
  if (keep) keep.hidden = !words.hasAttribute("data-can-be-kept");
  const isLast = words.hasAttribute("data-final");
  if (!isLast) showProgress(words.dataset.percent ? Number(words.dataset.percent) : null);
  else if (words.dataset.final === "failed" && document.hidden) tellOfFailure(words);
  else showNothing();
  if (isLast || Date.now() - spokenAt >= SPEAK_EVERY_MS) {
    spokenAt = Date.now();
    announcer.textContent = words.dataset.spoken;
  }
}

function tellOfFailure(words) {
  showFailed();
  document.addEventListener("visibilitychange", showNothing, { once: true });
  notify(live.dataset.wordsFailed, { body: words.dataset.spoken });
}

// The answer that names the finished picture's page, which htmx then opens.
function tellOfEnd(address) {
  sessionStorage.setItem("just-finished", address);
  notify(live.dataset.wordsReady, {
    body: live.dataset.title,
    icon: `${address}thumbnail/`,
    address,
  });
}

function setReachable(reachable) {
  live.querySelector("[data-reconnecting]").hidden = reachable;
}

poller.addEventListener("htmx:configRequest", (event) => {
  // Named by hand, so that the answer 304 arrives here and nothing is swapped.
  if (etag) event.detail.headers["If-None-Match"] = etag;
  // Whoever sees the end needs no letter about it.
  if (!document.hidden) event.detail.headers["X-Looking"] = "yes";
});
poller.addEventListener("htmx:beforeOnLoad", (event) => {
  const address = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (address?.startsWith("/gallery/")) tellOfEnd(address);
});
poller.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 304) event.detail.shouldSwap = false;
});
poller.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr.status;
  setReachable(status >= 200 && status < 400);
  etag = event.detail.xhr.getResponseHeader("ETag") ?? etag;
});
poller.addEventListener("htmx:afterSwap", readFragment);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) poller.dispatchEvent(new Event("refresh"));
});
offerNotice(live.querySelector("[data-notice]"));
readFragment();
