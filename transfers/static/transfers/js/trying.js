// A style being tried in place (templates/transfers/_trying.html): htmx polls the words; this shows
// the newest preview once it has loaded, so that nothing flickers, and speaks the progress now and
// then. It is loaded with the first trial and listens for all.

import { develop } from "./developing.js";

const SPEAK_EVERY_MS = 10_000;

let spokenAt = Date.now();

document.addEventListener("htmx:configRequest", (event) => {
  // Whoever sees the end needs no letter about it.
  const isOurs = event.target.matches?.("[data-trial-poller]");
  if (isOurs && !document.hidden) event.detail.headers["X-Looking"] = "yes";
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.("[data-trial-poller]")) return;
  const trial = event.target.closest("[data-trial]");
  const words = event.target.querySelector("[data-words]");
  if (!words) return;
  develop(trial.querySelector("[data-trial-picture]"), words.dataset.picture);
  if (!words.hasAttribute("data-final") && Date.now() - spokenAt < SPEAK_EVERY_MS) return;
  spokenAt = Date.now();
  trial.querySelector("[data-trial-said]").textContent = words.dataset.spoken;
});
