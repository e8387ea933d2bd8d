// Masks of a new picture: where each style paints, and where the photo stays. Ties the editor to the
// form: hidden fields carry the ids of masks that the site has (docs/studio.md).

import { csrfToken } from "./csrf.js";
import { Editor } from "./masks/editor.js";
import { Layer, sizeFor } from "./masks/layer.js";
import { Saver } from "./masks/saver.js";
import { drawSwatch } from "./masks/tints.js";
import { percentOf } from "./masks/words.js";
import { changed } from "./studio/events.js";

const PROTECT = "protect";
const NO_ID = "00000000-0000-0000-0000-000000000000";
const KEPT = "stylesite-masks"; // in the session's storage: {photo, masks: {field: id}}

const root = document.querySelector("[data-masks]");
const form = root.closest("form");
const words = root.dataset;
const part = (name) => root.querySelector(`[data-masks-${name}]`);
const fields = part("fields");
const photos = new Map(); // by id: {id, title, display, size, layers, picture, loading, missed}
let photo = null;
let styles = [];
let tryAgain = null; // what did not work, as a function
let isLeaving = false; // the form is on its way

const nameOf = (id) => (id === PROTECT ? PROTECT : `mask-${id}`);
const fieldOf = (id) => fields.querySelector(`[name="${nameOf(id)}"]`);

const dialog = part("dialog").content.firstElementChild.cloneNode(true);
document.body.append(dialog); // outside the form: nothing in it is sent
const editor = new Editor(dialog, {
  onChange(layer) {
    saver.changed(photo, layer);
    showSummary();
  },
});
const saver = new Saver({
  address: ({ id }) => words.upload.replace(NO_ID, id),
  token: () => csrfToken(form),
  words,
  isWanted: (of, layer) => of === photo && layersNow().includes(layer),
  onSaved(of, layer, id) {
    layer.maskId = id;
    if (of === photo) writeFields();
    changed(form, nameOf(layer.id));
  },
  onState: showState,
});

// The layers of this photo: the styles in the order of choosing, and the photo that is kept.
function layersNow() {
  const wanted = [...styles, { id: PROTECT, title: words.wordsProtect }];
  return wanted.map(({ id, title }, number) => {
    if (!photo.layers.has(id)) photo.layers.set(id, new Layer(id, photo.size));
    const layer = photo.layers.get(id);
    return Object.assign(layer, { title, tint: id === PROTECT ? 0 : number + 1 });
  });
}

function writeFields() {
  const layers = layersNow();
  for (const field of [...fields.querySelectorAll("input")]) {
    if (!layers.some(({ id }) => nameOf(id) === field.name)) field.remove();
  }
  for (const { id, maskId } of layers) {
    const field =
      fieldOf(id) ??
      fields.appendChild(
        Object.assign(document.createElement("input"), { type: "hidden", name: nameOf(id) }),
      );
    field.value = maskId ?? "";
  }
  const masks = Object.fromEntries(
    [...photo.layers.values()].filter(({ maskId }) => maskId).map(({ id, maskId }) => [id, maskId]),
  );
  sessionStorage.setItem(KEPT, JSON.stringify({ photo: photo.id, masks }));
}

function showState(state, sentence = "", again = () => saver.flush()) {
  tryAgain = again;
  dialog.dataset.state = root.dataset.state = state;
  const said = { saving: words.wordsSaving, saved: words.wordsSaved }[state] ?? sentence;
  for (const one of [dialog, root]) {
    one.querySelector("[data-masks-state]").textContent = said;
    one.querySelector("[data-masks-retry]").hidden = again === null;
    // Aloud only what needs somebody: each dab is saved.
    if (one === dialog) one.querySelector("[data-masks-alarm]").textContent = sentence;
  }
}

function showSummary() {
  const layers = photo ? layersNow() : [];
  const painted = layers.filter(({ share }) => share > 0);
  part("summary").replaceChildren(
    ...painted.map((layer) => {
      const item = part("item").content.firstElementChild.cloneNode(true);
      drawSwatch(item.querySelector("canvas"), layer.tint);
      item.querySelector("[data-said]").textContent = `${layer.title}, ${percentOf(layer)} %`;
      return item;
    }),
  );
  const isRest = painted.length > 0 && layers.some(({ id, share }) => id !== PROTECT && share === 0);
  part("rest").textContent =
    painted.length === 0 ? "" : isRest ? words.wordsRest : words.wordsPhotoStays;
  part("none").hidden = painted.length > 0;
  part("remove").hidden = painted.length === 0;
}

function pictureOf(shown) {
  shown.picture ??= (async () => {
    const picture = new Image();
    picture.src = shown.display;
    await picture.decode();
    return picture;
  })();
  shown.picture.catch(() => (shown.picture = null));
  return shown.picture;
}

// Masks that the form came with: of a finished picture, or after something else was refused. One
// that cannot be had now (`missed`) stays in the form, and is not painted over: it is fetched first.
async function load(of, ids) {
  const missed = {};
  let areGone = false;
  const loads = Object.entries(ids).map(async ([id, maskId]) => {
    if (!of.layers.has(id)) of.layers.set(id, new Layer(id, of.size));
    const layer = of.layers.get(id);
    layer.maskId = maskId;
    try {
      await layer.load(words.file.replace(NO_ID, maskId));
    } catch (problem) {
      if (problem.isGone) {
        layer.maskId = "";
        areGone = true;
      } else missed[id] = maskId;
    }
  });
  await Promise.all(loads);
  of.loading = null;
  of.missed = Object.keys(missed).length ? missed : null;
  if (of !== photo) return;
  writeFields();
  showSummary();
  if (of.missed) showState("failed", words.wordsMissed, loadMissed);
  else if (areGone) showState("failed", words.wordsGone, null);
  else if (tryAgain === loadMissed) showState("");
  if (dialog.open) editor.update();
}

function loadMissed() {
  if (photo.missed && !photo.loading) photo.loading = load(photo, photo.missed);
  return photo.loading;
}

function idsOfFields() {
  const set = [...fields.querySelectorAll("input")].filter(({ value }) => value);
  return Object.fromEntries(set.map(({ name, value }) => [name.replace(/^mask-/, ""), value]));
}

// Coming back, or after a reload, what was painted before is still there.
function idsKept(id) {
  const [navigation] = performance.getEntriesByType("navigation");
  if (!["back_forward", "reload"].includes(navigation?.type)) return {};
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  return kept.photo === id ? kept.masks : {};
}

function choosePhoto({ id, title, width, height, display }) {
  const isFirst = photo === null;
  const isNew = !photos.has(id);
  if (isNew) {
    photos.set(id, { id, title, display, size: sizeFor({ width, height }), layers: new Map() });
  }
  photo = photos.get(id);
  part("open").disabled = false;
  if (photo.missed) loadMissed();
  else if (tryAgain === loadMissed || tryAgain === null) showState(""); // it was about another one
  if (isNew) {
    const asked = isFirst ? idsOfFields() : {};
    const ids = Object.keys(asked).length ? asked : idsKept(id);
    if (Object.keys(ids).length) photo.loading = load(photo, ids);
  }
  if (!photo.loading) writeFields();
  showSummary();
}

async function open() {
  const of = photo;
  part("open").disabled = true;
  try {
    const [picture] = await Promise.all([pictureOf(of), loadMissed()]);
    if (of !== photo || of.missed) return; // it says so itself
    if (tryAgain === open) showState("");
    editor.show(photo, picture, layersNow(), photo.size);
  } catch {
    showState("failed", words.wordsNoPhoto, open);
  } finally {
    part("open").disabled = false;
  }
}

function removeAll() {
  for (const layer of layersNow()) {
    if (layer.share === 0) continue;
    layer.begin();
    layer.clear();
    editor.remember(photo, layer.end());
    saver.changed(photo, layer);
  }
  showSummary();
  part("open").focus();
}

part("open").addEventListener("click", open);
part("remove").addEventListener("click", removeAll);
for (const retry of [part("retry"), dialog.querySelector("[data-masks-retry]")]) {
  retry.addEventListener("click", async () => {
    await tryAgain();
    if (retry.checkVisibility()) return;
    const isLost = [document.body, retry].includes(document.activeElement);
    if (isLost) (dialog.open ? editor.canvas : part("open")).focus();
  });
}
dialog.addEventListener("close", () => {
  if (saver.isBehind()) saver.flush();
  part("open").focus();
});
form.addEventListener("studio:photo", ({ detail }) => choosePhoto(detail));
form.addEventListener("studio:styles", ({ detail }) => {
  styles = detail;
  if (!photo || photo.loading) return;
  writeFields();
  showSummary();
  if (dialog.open) editor.setLayers(layersNow());
});
// What was painted a moment ago goes along.
form.addEventListener(
  "submit",
  async (event) => {
    const layers = photo ? layersNow() : [];
    if (!saver.isBehind(layers)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    const waiting = form.querySelector("[data-masks-waiting]");
    waiting.hidden = false;
    const areThere = await saver.flush(layers);
    waiting.hidden = true;
    if (areThere) form.requestSubmit(submitter);
    else root.scrollIntoView({ block: "center" });
  },
  true,
);
form.addEventListener("submit", (event) => (isLeaving = !event.defaultPrevented));
addEventListener("pageshow", () => (isLeaving = false));
addEventListener("beforeunload", (event) => {
  if (saver.isBehind() && !isLeaving) event.preventDefault();
});

root.hidden = false;
if (words.photo) {
  choosePhoto({
    id: words.photo,
    title: words.title,
    width: Number(words.width),
    height: Number(words.height),
    display: words.display,
  });
}
