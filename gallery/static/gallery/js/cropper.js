// The frame over the whole picture of a style (templates/gallery/_cropper.html), around the part that
// is kept. What counts are the four numbers of the form, in per cent, which this keeps in step, so
// that without it they work alone.

import { startCropFrame } from "../../js/crop_frame.js";

const SAY_AFTER_MS = 600;

const rounded = (value) => Math.round(value * 100) / 100;

function start(cropper) {
  const stage = cropper.querySelector("[data-stage]");
  const picture = stage.querySelector("img");
  const said = cropper.querySelector("[data-said]");
  const fields = Object.fromEntries(
    ["left", "top", "width", "height"].map((side) => [
      side,
      cropper.querySelector(`input[name$=crop_${side}]`),
    ]),
  );
  let timer;

  const number = (side, usual) =>
    fields[side].value === "" ? usual : Number(fields[side].value) || 0;
  const read = () => ({
    left: number("left", 0),
    top: number("top", 0),
    width: number("width", 100),
    height: number("height", 100),
  });

  function say() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const part = read();
      said.textContent = cropper.dataset.wordsSize
        .replace("%width", Math.round((part.width / 100) * picture.getAttribute("width")))
        .replace("%height", Math.round((part.height / 100) * picture.getAttribute("height")));
    }, SAY_AFTER_MS);
  }

  function write(part) {
    for (const [side, value] of Object.entries(part)) fields[side].value = rounded(value);
    say();
  }

  const frame = startCropFrame(stage, { read, write });
  cropper.querySelector("[data-whole]").addEventListener("click", () => {
    write({ left: 0, top: 0, width: 100, height: 100 });
    frame.show();
  });
  for (const field of Object.values(fields)) field.addEventListener("input", frame.show);
  cropper.querySelector("[data-controls]").hidden = false;
}

for (const cropper of document.querySelectorAll("[data-cropper]")) start(cropper);
