// The new-transfer form: keeps what is shown beside the choices in step with them.

import { csrfToken } from "./csrf.js";
import { startPhoto } from "./photo.js";
import { keepChoice } from "./style_search.js";

const form = document.querySelector("[data-new-transfer]");
const submit = form.querySelector("[data-submit]");
const strength = form.elements.style_strength;
let strengthIsMine = "strengthIsMine" in form.dataset;
let sendWhenReady = false;

function showStrength() {
  form.querySelector("[data-strength-shown]").textContent = strength.value;
}

function showTime() {
  const quality = form.querySelector("[name=quality]:checked")?.value;
  const shown = form.querySelector("[data-time-shown]");
  const times = document.querySelectorAll(`#time-${quality} > span`);
  shown.textContent = [...times].map((time) => time.textContent.trim()).join(", ");
}

// The button is the one thing to do next only once there is something to paint.
function showReadiness() {
  const isReady = form.elements.photo.value && form.querySelector("[name=style]:checked");
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

function chooseStyle(radio) {
  showReadiness();
  form.querySelector("[data-style-shown]").textContent = radio.dataset.title;
  if (strengthIsMine) return;
  strength.value = radio.dataset.strength;
  showStrength();
}

const photo = startPhoto(form, {
  onChosen() {
    showReadiness();
    rememberForReturn();
    form.dispatchEvent(new Event("photo-chosen"));
  },
  onSettled(arrived) {
    form.querySelector("[data-waiting]").hidden = true;
    if (sendWhenReady && arrived) form.requestSubmit(submit);
    sendWhenReady = false;
  },
});

keepChoice(form);
form.addEventListener("change", (event) => {
  if (event.target.name === "style") chooseStyle(event.target);
  if (event.target.name === "quality") showTime();
});
strength.addEventListener("input", () => {
  strengthIsMine = true;
  showStrength();
});
form.addEventListener("submit", (event) => {
  if (photo.isUploading()) {
    event.preventDefault();
    sendWhenReady = true;
    form.querySelector("[data-waiting]").hidden = false;
    return;
  }
  csrfToken(form);
  submit.disabled = true;
});
// Coming back by the browser's back button, the form is as it was and must work again.
addEventListener("pageshow", () => {
  submit.disabled = false;
  showReadiness();
  showStrength();
  showTime();
});
document.addEventListener("htmx:oobAfterSwap", showTime);
