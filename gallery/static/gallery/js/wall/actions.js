// What is done with pictures: one POST with their ids, then the tiles show it and a message says it.
// Pictures that went to the trash are kept in mind, so that an undo puts them back where they were.

import { tell } from "../../../js/messages.js";
import { focusTile, tiles, wall } from "./grid.js";
import { refit } from "./pages.js";
import { clear, selected, update } from "./selection.js";

const form = document.querySelector("[data-wall-form]");
const gone = new Map(); // by the address of their undo: [{ tile, next }], in the order they left

// What the site says, or null, and then it has been told, when there is no answer or a refusal.
async function post(address, fields) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  let answer, said;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    said = await answer.json();
  } catch {
    tell(form.dataset.failed, { level: "error" });
    return null;
  }
  if (answer.ok) return said;
  tell(said.message ?? said.sentence ?? form.dataset.failed, { level: "error" });
  return null;
}

const SHOWN = {
  favourite: (tile) => tile.setAttribute("data-favourite", ""),
  unfavourite: (tile) => tile.removeAttribute("data-favourite"),
  rate: (tile, stars) => {
    tile.dataset.stars = stars;
    tile.querySelector("[data-number]").textContent = stars;
  },
};

function takeAway(these, undo) {
  const stays = tiles().filter((tile) => !these.includes(tile));
  const after = stays.find((tile) => these[0].compareDocumentPosition(tile) & Node.DOCUMENT_POSITION_FOLLOWING);
  const hadFocus = wall.contains(document.activeElement) || document.activeElement === document.body;
  gone.set(undo, these.map((tile) => ({ tile, next: tile.nextElementSibling })));
  clear();
  for (const tile of these) tile.remove();
  refit();
  if (hadFocus || form.contains(document.activeElement)) focusTile(after ?? stays.at(-1), { preventScroll: true });
}

function putBack(undo) {
  const left = gone.get(undo) ?? [];
  gone.delete(undo);
  const end = wall.querySelector(".wall-ghost");
  for (const { tile, next } of left.toReversed()) {
    wall.insertBefore(tile, next?.isConnected ? next : end);
  }
  refit();
  update();
  focusTile(left[0]?.tile);
}

// `action` as the server knows it, such as "favourite" or "rate:3"; `fields` are those of its form.
export async function act(these, action, fields = {}) {
  if (!these.length) return;
  const ids = these.map((tile) => tile.dataset.work).join();
  const said = await post(form.getAttribute("action"), { ...fields, action, ids });
  if (!said) return false;
  if (said.address) return void location.assign(said.address);
  const [name, amount] = action.split(":");
  for (const tile of these) SHOWN[name]?.(tile, amount);
  if (name === "trash") takeAway(these, said.undo);
  tell(said.message, { undo: said.undo });
  return true;
}

async function undo(message, address) {
  const said = await post(address, {});
  if (!said) return;
  message.remove();
  if (said.count === gone.get(address)?.length) putBack(address);
  else location.reload();
  tell(said.message);
}

// The browser's own download, with one field for all ids.
function download(these) {
  const sent = document.createElement("form");
  sent.method = "post";
  sent.action = form.querySelector("[data-zip]").formAction;
  const fields = {
    csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
    ids: these.map((tile) => tile.dataset.work).join(),
  };
  for (const [name, value] of Object.entries(fields)) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    sent.append(input);
  }
  document.body.append(sent);
  sent.submit();
  sent.remove();
}

async function onSubmit(event) {
  event.preventDefault();
  const pressed = event.submitter;
  const these = selected();
  if (pressed?.hasAttribute("data-zip")) return download(these);
  const fields = {};
  for (const name of ["tags", "album", "new_album"]) fields[name] = form.elements[name]?.value ?? "";
  for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
  if (!(await act(these, pressed?.value ?? "enter", fields))) return;
  for (const name of ["tags", "new_album"]) form.elements[name].value = "";
}

export function startActions() {
  form.addEventListener("submit", onSubmit);
  for (const field of form.querySelectorAll("[data-enter]")) {
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      form.requestSubmit(form.querySelector(`button[value="${field.dataset.enter}"]`));
    });
  }
  document.addEventListener("submit", (event) => {
    const address = event.target.getAttribute("action");
    if (!gone.has(address)) return;
    event.preventDefault();
    undo(event.target.closest("[data-message]"), address);
  });
}
