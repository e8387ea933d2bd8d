// Several style pictures at once: each is sent as soon as it is chosen, dropped or pasted, one after
// another, with a line of its own that tells how far it is or why it cannot be used. When all that
// could be added are there, the page where they are named opens; after a mistake it waits to be read.

import { csrfToken } from "../../transfers/js/csrf.js";
import { upload } from "../../transfers/js/upload.js";

const form = document.querySelector("[data-style-uploads]");
const input = form.querySelector("input[type=file]");
const drop = form.querySelector("[data-drop]");
const list = form.querySelector("[data-files]");
const template = form.querySelector("[data-file-template]");
const summary = form.querySelector("[data-summary]");
const onward = form.querySelector("[data-onward]");
const words = form.dataset;
const added = [];
let taken = 0;
let takenBytes = 0;
let pending = 0;
let mistakes = 0;
let uploads = Promise.resolve();

function lineOf(file) {
  const item = template.content.cloneNode(true).querySelector("li");
  const part = (name) => item.querySelector(`[data-file-${name}]`);
  const bar = item.querySelector("progress");
  part("name").textContent = file.name;
  part("state").textContent = words.wordsWaiting;
  list.hidden = false;
  list.append(item);
  return {
    tell(share) {
      if (share < 1) bar.value = share;
      else bar.removeAttribute("value");
      part("state").textContent =
        share < 1
          ? words.wordsUploading.replace("%", Math.round(share * 100))
          : words.wordsPreparing;
    },
    settle() {
      bar.remove();
      part("state").textContent = words.wordsReady;
    },
    complain(sentence) {
      mistakes += 1;
      bar.remove();
      part("state").dataset.error = "";
      part("error").textContent = sentence;
    },
  };
}

function reasonAgainst(file) {
  if (taken >= Number(words.most)) return words.wordsTooMany;
  if (file.size > Number(words.maxBytes)) return words.wordsTooLarge;
  if (takenBytes + file.size > Number(words.maxBytesTogether)) return words.wordsTogether;
  return "";
}

function take(file) {
  const line = lineOf(file);
  const against = reasonAgainst(file);
  if (against) return line.complain(against);
  taken += 1;
  takenBytes += file.size;
  pending += 1;
  uploads = uploads.then(() => send(file, line));
}

async function send(file, line) {
  try {
    const style = await upload(file, {
      url: words.uploadUrl,
      token: csrfToken(form),
      source: "",
      words,
      onProgress: line.tell,
    }).done;
    added.push(style.id);
    line.settle();
  } catch (problem) {
    taken -= 1;
    takenBytes -= file.size;
    line.complain(problem.message);
  }
  pending -= 1;
  if (pending === 0) finish();
}

function finish() {
  if (!added.length) return;
  const query = new URLSearchParams(added.map((id) => ["style", id]));
  const next = form.elements.next?.value;
  if (next) query.set("next", next);
  onward.href = `${words.namingPage}?${query}`;
  onward.hidden = false;
  summary.textContent = words.wordsAllThere;
  if (!mistakes) location.assign(onward.href);
}

function takeAll(files) {
  for (const file of files) take(file);
  if (pending === 0) finish();
}

const filesOf = (carrier) => [...(carrier?.files ?? [])];

form.querySelector("[data-send]").hidden = true; // chosen is sent
form.querySelector("[data-drop-words]").hidden = false;
input.addEventListener("change", () => {
  const files = [...input.files];
  input.value = "";
  takeAll(files);
});
for (const type of ["dragenter", "dragover"]) {
  addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.dataset.over = "";
  });
}
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) delete drop.dataset.over;
});
addEventListener("drop", (event) => {
  const files = filesOf(event.dataTransfer);
  if (!files.length) return;
  event.preventDefault();
  delete drop.dataset.over;
  takeAll(files);
});
addEventListener("paste", (event) => {
  const files = filesOf(event.clipboardData);
  if (!files.length) return;
  event.preventDefault();
  takeAll(files);
});
