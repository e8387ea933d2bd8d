// Messages at the foot of the window: each can be put away, and one that reports success leaves by
// itself, unless it offers an undo, leads somewhere, or is being read (pointer or focus inside).
// A form that htmx sends stays as it was when that fails, so it is said here, the last time only.

const QUIET_MS = 6000;

function leaveLater(message) {
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => message.remove(), QUIET_MS);
  };
  const wait = () => clearTimeout(timer);
  message.addEventListener("pointerenter", wait);
  message.addEventListener("focusin", wait);
  message.addEventListener("pointerleave", start);
  message.addEventListener("focusout", start);
  start();
}

function start(message) {
  const close = message.querySelector("[data-close]");
  close.hidden = false;
  close.addEventListener("click", () => message.remove());
  const stays = message.dataset.message === "error" || message.querySelector("form, a");
  if (!stays) leaveLater(message);
}

// For other modules: say something at the foot of the window. `undo` is the address that takes it
// back; `level` is "success" or "error". Returns the message.
export function tell(words, { undo = "", level = "success" } = {}) {
  const place = document.querySelector("[data-messages]");
  const message = place.querySelector("template").content.firstElementChild.cloneNode(true);
  message.dataset.message = level;
  message.querySelector("[data-words]").textContent = words;
  const form = message.querySelector("form");
  if (undo) form.action = undo;
  else form.remove();
  place.append(message);
  start(message);
  return message;
}

function startNew() {
  for (const message of document.querySelectorAll("[data-message]:has([data-close][hidden])")) {
    start(message);
  }
}

let failure = null;

function tellOfFailure(event, word) {
  if (event.detail.requestConfig.verb === "get") return; // what is asked for again by itself
  const { dataset } = document.querySelector("[data-messages]");
  failure?.remove();
  failure = tell(dataset[word], { level: "error" });
}

startNew();
document.addEventListener("htmx:oobAfterSwap", startNew);
document.addEventListener("htmx:sendError", (event) => tellOfFailure(event, "wordsUnreachable"));
document.addEventListener("htmx:responseError", (event) => tellOfFailure(event, "wordsFailed"));
