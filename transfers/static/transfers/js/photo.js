// The photo of a new transfer: uploaded as soon as it is chosen, shown from the file meanwhile and
// from the server afterwards. What was chosen before stays until the new one has arrived.

import { csrfToken } from "./csrf.js";
import { watchForFiles } from "./intake.js";
import { upload } from "./upload.js";
import { newWord } from "./new_word.js";

export function startPhoto(form, { onChosen, onSettled }) {
  const area = form.querySelector("[data-photo-area]");
  const part = (name) => area.querySelector(`[data-${name}]`);
  const input = area.querySelector("input[type=file]");
  const id = area.querySelector("input[name=photo]");
  const [picture, error, status] = ["photo-shown", "photo-error", "upload-status"].map(part);
  let running = null;
  let lost = null; // what did not arrive for want of a connection, and its key: sent again when asked
  let settled = snapshot(); // what to go back to when an upload fails

  function snapshot() {
    return {
      state: area.dataset.state,
      attributes: ["src", "alt", "width", "height"].map((name) => [name, picture.getAttribute(name)]),
      title: part("photo-title").textContent,
      size: part("photo-size").textContent,
    };
  }

  function restore() {
    area.dataset.state = settled.state;
    for (const [name, value] of settled.attributes) {
      if (value === null) picture.removeAttribute(name);
      else picture.setAttribute(name, value);
    }
    part("photo-title").textContent = settled.title;
    part("photo-size").textContent = settled.size;
  }

  function say(sentence) {
    error.replaceChildren();
    part("send-again").hidden = !lost;
    if (!sentence) return;
    const line = document.createElement("p");
    line.textContent = sentence;
    error.append(line);
    error.scrollIntoView({ block: "nearest" });
  }

  function showProgress(share) {
    const words = share < 1 ? area.dataset.wordsUploading : area.dataset.wordsPreparing;
    const bar = part("upload-progress").querySelector("progress");
    if (share < 1) bar.value = share;
    else bar.removeAttribute("value");
    part("upload-words").textContent = words.replace("%", Math.round(share * 100));
  }

  function showLocally(file, isWanted) {
    const address = URL.createObjectURL(file);
    const trial = new Image();
    trial.src = address;
    // A browser that cannot open the file (HEIC in most) shows the server's rendition afterwards.
    return trial.decode().then(
      () => {
        if (!isWanted()) return () => URL.revokeObjectURL(address);
        for (const name of ["width", "height"]) picture.removeAttribute(name);
        picture.src = address;
        picture.alt = picture.dataset.alt.replace("%", () => file.name);
        area.dataset.state = "uploading";
        return () => URL.revokeObjectURL(address);
      },
      () => () => URL.revokeObjectURL(address),
    );
  }

  function choose(photo) {
    id.value = photo.id;
    picture.width = photo.width;
    picture.height = photo.height;
    picture.src = photo.display;
    picture.alt = picture.dataset.alt.replace("%", () => photo.title);
    part("photo-title").textContent = photo.title;
    part("photo-size").textContent = `${photo.width} × ${photo.height} px`;
    part("pick").dataset.variant = "secondary";
    area.dataset.state = "chosen";
    settled = snapshot();
    lost = null;
    for (const link of area.querySelectorAll("[data-latest-photo]")) {
      if (link.dataset.latestPhoto === photo.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    say("");
    onChosen(photo);
  }

  // Let go of an upload that is under way: another photo was chosen instead.
  function stop() {
    if (!running) return;
    running.stop();
    running = null;
    part("upload-progress").hidden = true;
    status.textContent = "";
    restore();
    onSettled(false);
  }

  async function take(file, key = newWord()) {
    stop();
    lost = null;
    input.value = ""; // sent already: the form must not send it a second time
    say("");
    if (file.size > Number(area.dataset.maxBytes)) return say(area.dataset.wordsTooLarge);
    const bar = part("upload-progress");
    bar.hidden = false;
    showProgress(0);
    status.textContent = part("upload-words").textContent;
    const mine = (running = upload(file, {
      url: area.dataset.uploadUrl,
      token: csrfToken(form),
      words: area.dataset,
      key,
      onProgress: showProgress,
    }));
    const local = showLocally(file, () => running === mine);
    let arrived = false;
    try {
      const { id, title, width, height, files } = await mine.done;
      await local;
      if (running === mine) {
        choose({ id, title, width, height, display: files.display });
        status.textContent = area.dataset.wordsReady;
        arrived = true;
      }
    } catch (problem) {
      await local;
      if (running === mine) {
        restore();
        status.textContent = "";
        if (problem.isPassing || problem.isSignedOut) lost = { file, key };
        say(problem.message);
      }
    } finally {
      if (running === mine) {
        running = null;
        bar.hidden = true;
        onSettled(arrived);
      }
      (await local)();
    }
  }

  area.dataset.ready = "";
  part("send-again").addEventListener("click", () => {
    part("pick").control.focus(); // the button goes
    take(lost.file, lost.key);
  });
  input.addEventListener("change", () => input.files.length && take(input.files[0]));
  watchForFiles(document.querySelector("[data-drop-veil]"), take);
  area.addEventListener("click", (event) => {
    const link = event.target.closest("[data-latest-photo]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    stop();
    const { latestPhoto, title, width, height, display } = link.dataset;
    choose({ id: latestPhoto, title, width: Number(width), height: Number(height), display });
  });
  return { isUploading: () => running !== null };
}
