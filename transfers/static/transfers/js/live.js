// The live page. htmx polls the words; this shows the newest preview once it has loaded, speaks the
// progress now and then, and stays calm while the server cannot be reached.

const SPEAK_EVERY_MS = 10_000;
const FADE_MS = 250;

const live = document.querySelector("[data-live]");
const frame = live.querySelector("[data-frame]");
const poller = live.querySelector("[data-poller]");
const announcer = live.querySelector("[data-announcer]");
const title = document.title;
let etag = null;
let wanted = frame.querySelector("[data-layer]:last-of-type")?.getAttribute("src") ?? "";
let spokenAt = Date.now();

async function showPicture(address) {
  if (!address || address === wanted) return;
  wanted = address;
  const layer = new Image();
  layer.alt = "";
  layer.dataset.layer = "";
  layer.className = frame.dataset.layerClass;
  layer.src = address;
  try {
    await layer.decode();
  } catch {
    return; // A newer preview has taken its place meanwhile; the next poll names it.
  }
  if (wanted !== address) return;
  const older = [...frame.querySelectorAll("[data-layer]")];
  frame.append(layer);
  const fade = layer.animate({ opacity: [0, 1] }, { duration: FADE_MS, easing: "linear" });
  fade.finished.finally(() => older.forEach((old) => old.remove()));
}

function readFragment() {
  const words = poller.querySelector("[data-words]");
  if (!words) return;
  showPicture(words.dataset.picture);
  document.title = words.dataset.percent ? `${words.dataset.percent} % · ${title}` : title;
  const keep = live.querySelector("[data-keep]");
  if (keep) keep.hidden = !words.hasAttribute("data-can-be-kept");
  const isLast = words.hasAttribute("data-final");
  if (isLast || Date.now() - spokenAt >= SPEAK_EVERY_MS) {
    spokenAt = Date.now();
    announcer.textContent = words.dataset.spoken;
  }
}

function setReachable(reachable) {
  live.querySelector("[data-reconnecting]").hidden = reachable;
}

poller.addEventListener("htmx:configRequest", (event) => {
  // Named by hand, so that the answer 304 arrives here and nothing is swapped.
  if (etag) event.detail.headers["If-None-Match"] = etag;
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
readFragment();
