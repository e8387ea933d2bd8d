// A sheet (templates/transfers/sweep.html): asks how far it is while it is painted and shows each
// picture in its place as it comes; opens one large, in place, with its neighbours by the arrow keys.

import { develop } from "./developing.js";

const ASK_EVERY_MS = 1000;
const SPEAK_EVERY_MS = 10_000;

const sheet = document.querySelector("[data-sweep]");
const announcer = sheet.querySelector("[data-announcer]");
const zoomed = document.querySelector("[data-zoomed]");
const zoomedBody = zoomed.querySelector("[data-zoomed-body]");
let spokenAt = Date.now();
let opener = null;

async function showPicture(place, address) {
  const picture = place.querySelector("img");
  if (!(await develop(picture, address))) return;
  picture.hidden = false;
  place.querySelector("svg").toggleAttribute("hidden", true);
}

function show(state) {
  for (const cell of state.cells) {
    const place = sheet.querySelector(`[data-cell="${cell.place}"]`);
    place.dataset.state = cell.state;
    place.querySelector("[data-cell-words]").textContent = cell.words;
    showPicture(place, cell.picture);
  }
  sheet.querySelector("[data-words]").textContent = state.words;
  sheet.querySelector("[data-progress]").value = state.percent;
  sheet.toggleAttribute("data-unfinished", state.unfinished);
  sheet.querySelector("[data-missing]").hidden = state.unfinished || !state.missing;
  if (state.unfinished && Date.now() - spokenAt < SPEAK_EVERY_MS) return;
  spokenAt = Date.now();
  announcer.textContent = state.words;
}

async function ask() {
  if (!document.hidden) {
    try {
      const answer = await fetch(sheet.dataset.stateUrl, {
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(10_000),
      });
      if (answer.ok) show(await answer.json());
      else if (answer.status === 404) return; // deleted meanwhile, or signed out
    } catch {
      // The server cannot be reached for the moment; what is shown stays.
    }
  }
  if (sheet.hasAttribute("data-unfinished")) setTimeout(ask, ASK_EVERY_MS);
}

// Zooming in on one, in place

async function zoom(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(address); // it can say what is wrong
  const step = document.activeElement?.dataset?.step;
  zoomedBody.innerHTML = await answer.text();
  if (!zoomed.open) zoomed.showModal();
  const again = step && zoomedBody.querySelector(`[data-step="${step}"]`);
  (again || zoomedBody.querySelector("[data-close]")).focus();
}

function openerNow() {
  const place = zoomedBody.querySelector("[data-cell-shown]")?.dataset.cellShown;
  return (place && sheet.querySelector(`[data-cell="${place}"] [data-zoom]`)) || opener;
}

sheet.addEventListener("click", (event) => {
  const link = event.target.closest("[data-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  opener = link;
  zoom(link.href);
});
zoomed.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) {
    event.preventDefault();
    step.focus();
    zoom(step.href);
  } else if (event.target.closest("[data-close]") || event.target === zoomed) {
    event.preventDefault();
    zoomed.close();
  }
});
zoomed.addEventListener("keydown", (event) => {
  if (event.target.matches("select") || event.altKey || event.ctrlKey || event.metaKey) return;
  const way = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" }[event.key];
  const step = way && zoomedBody.querySelector(`[data-step="${way}"]`);
  if (!step) return;
  event.preventDefault();
  step.focus();
  zoom(step.href);
});
zoomed.addEventListener("close", () => openerNow()?.focus());

// Arrow keys on the sheet itself go from picture to picture.
sheet.addEventListener("keydown", (event) => {
  const link = event.target.closest("[data-zoom]");
  const way = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
  }[event.key];
  if (!link || !way) return;
  const [row, column] = link.closest("[data-cell]").dataset.cell.split("-").map(Number);
  const next = sheet.querySelector(`[data-cell="${row + way[0]}-${column + way[1]}"] [data-zoom]`);
  if (!next) return;
  event.preventDefault();
  next.focus();
});

if (sheet.hasAttribute("data-unfinished")) ask();
