// The studio: ties photo, styles and settings together, and keeps what is said beside the button in
// step with them.

import { csrfToken } from "./csrf.js";
import { startPhoto } from "./photo.js";
import { leading, startChosen } from "./studio/chosen.js";
import { changed, say } from "./studio/events.js";
import { startOwnSettings } from "./studio/own_settings.js";
import { startSettings } from "./studio/settings.js";

const form = document.querySelector("[data-studio]");
const submit = form.querySelector("[data-submit]");
let recommended = {};
let sendWhenReady = null; // the button that was pressed while the photo was on its way

function showTime() {
  const quality = form.querySelector("[name=quality]:checked")?.value;
  const shown = form.querySelector("[data-time-shown]");
  const times = document.querySelectorAll(`#time-${quality} > span`);
  shown.textContent = [...times].map((time) => time.textContent.trim()).join(", ");
}

// The button is the one thing to do next only once there is something to paint.
function showReadiness() {
  const isReady = form.elements.photo.value && chosen.count() > 0;
  submit.dataset.variant = isReady ? "primary" : "secondary";
}

function rememberForReturn() {
  const addStyle = form.querySelector("[data-add-style]"); // a search for styles renews it
  const back = new URLSearchParams();
  if (form.elements.photo.value) back.set("photo", form.elements.photo.value);
  const query = back.size ? `?${back}` : "";
  const next = new URLSearchParams({ next: addStyle.dataset.back + query });
  addStyle.href = `${addStyle.dataset.addStyle}?${next}`;
}

function showStyles(styles) {
  recommended = leading(styles)?.recommended ?? {};
  form.querySelector("[data-style-shown]").textContent = styles
    .map((style) => style.title)
    .join(" + ");
  settings.show();
  showReadiness();
}

const settings = startSettings(form, () => recommended);
startOwnSettings(form, (values) => {
  settings.use(values);
  showTime();
});
const chosen = startChosen(form, showStyles);
const photo = startPhoto(form, {
  onChosen(shown) {
    showReadiness();
    rememberForReturn();
    say(form, "photo", shown);
    changed(form, "photo");
  },
  onSettled(arrived) {
    form.querySelector("[data-waiting]").hidden = true;
    if (sendWhenReady && arrived) form.requestSubmit(sendWhenReady);
    sendWhenReady = null;
  },
});

form.addEventListener("change", ({ target }) => {
  if (target.name !== "quality" && target.name !== "size_px") return;
  const own = form.elements.size_px;
  const isOwn = form.elements.quality.value === "own";
  if (isOwn && target.name === "quality") own.focus();
  if (!isOwn && !own.checkValidity()) own.value = ""; // unseen, it would hold the form up
  showTime();
  changed(form, "quality");
});
form.addEventListener("submit", (event) => {
  if (photo.isUploading()) {
    event.preventDefault();
    sendWhenReady = event.submitter ?? submit;
    form.querySelector("[data-waiting]").hidden = false;
    return;
  }
  csrfToken(form);
  submit.disabled = true;
});
// Coming back by the browser's back button, the form is as it was and must work again.
addEventListener("pageshow", () => {
  submit.disabled = false;
  chosen.tell();
  showTime();
});
document.addEventListener("htmx:oobAfterSwap", showTime);
