// Many photos: each is uploaded as soon as it is chosen, one after another, and joins the wall, chosen.

import { csrfToken } from "./csrf.js";
import { upload } from "./upload.js";

const form = document.querySelector("[data-many]");
const input = form.querySelector("input[type=file]");
const wall = form.querySelector("[data-photos]");
const template = form.querySelector("[data-photo-template]");
const status = form.querySelector("[data-upload-words]");
const errors = form.querySelector("[data-photo-errors]");
let uploads = Promise.resolve();

function complain(file, sentence) {
  const line = document.createElement("p");
  line.textContent = `${file.name}: ${sentence}`;
  errors.append(line);
}

function hang(photo) {
  wall.querySelector(`input[value="${photo.id}"]`)?.closest("li").remove(); // sent once more
  const item = template.content.cloneNode(true);
  const box = item.querySelector("input");
  box.value = photo.id;
  item.querySelector("li").className =
    `wall-item ratio-${Math.min(120, Math.max(1, Math.round((24 * photo.width) / photo.height)))}`;
  const picture = item.querySelector("img");
  picture.width = photo.width;
  picture.height = photo.height;
  picture.src = photo.files.thumbnail;
  item.querySelector("[data-choice-title]").textContent = photo.title;
  wall.prepend(item);
  form.dispatchEvent(new Event("photo-arrived"));
}

async function take(file) {
  if (file.size > Number(form.dataset.maxBytes)) return complain(file, form.dataset.wordsTooLarge);
  status.textContent = form.dataset.wordsUploading.replace("%name", () => file.name);
  try {
    hang(
      await upload(file, {
        url: form.dataset.uploadUrl,
        token: csrfToken(form),
        words: form.dataset,
      }).done,
    );
  } catch (problem) {
    complain(file, problem.message);
  } finally {
    status.textContent = "";
  }
}

input.addEventListener("change", () => {
  errors.replaceChildren();
  for (const file of [...input.files]) uploads = uploads.then(() => take(file));
  input.value = ""; // sent already: the form must not send them a second time
});
form.addEventListener("submit", (event) => {
  if (!status.textContent) return;
  event.preventDefault(); // a photo is still on its way: go on when it has arrived
  uploads.then(() => form.requestSubmit());
});
