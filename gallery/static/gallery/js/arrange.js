// Puts an album in order without leaving the page: the arrows move a row at once and keep the
// focus, and rows can be dragged by their handle. Each change is one POST; when it fails, or leads
// to another page of the list, the form is simply sent. Without this every arrow is a submit button.

const list = document.querySelector("[data-arrange]");
const status = document.querySelector("[data-arranged]");
const form = list.closest("form");
const offset = Number(list.dataset.offset);
const last = Number(list.dataset.last);

const rows = () => [...list.querySelectorAll("[data-picture]")];

function number() {
  rows().forEach((row, index) => {
    row.querySelector("[data-number]").textContent = offset + index;
  });
}

// Resolves to whether the server has it.
async function keep(row, whither) {
  const data = new FormData(form);
  data.delete("artwork");
  data.set("move", `${row.dataset.picture}:${whither}`);
  try {
    return (await fetch(list.dataset.arrange, { method: "POST", body: data })).ok;
  } catch {
    return false;
  }
}

function tell(row) {
  number();
  status.textContent = status.dataset.words.replace("%", offset + rows().indexOf(row));
}

// Where a row goes on this page, or null where that is on another page.
function target(row, whither) {
  const all = rows();
  const at = all.indexOf(row);
  const begins = offset === 1;
  const ends = offset + all.length - 1 === last;
  if (whither === "earlier") return at > 0 ? at - 1 : begins ? at : null;
  if (whither === "later") return at < all.length - 1 ? at + 1 : ends ? at : null;
  if (whither === "first") return begins ? 0 : null;
  return ends ? all.length - 1 : null;
}

function place(row, index) {
  const others = rows().filter((other) => other !== row);
  if (index < others.length) others[index].before(row);
  else list.append(row);
}

// One after the other: "later" is later than where the one before it led.
let sending = Promise.resolve();

function inTurn(send) {
  sending = sending.then(send, send);
  return sending;
}

list.addEventListener("click", async (event) => {
  const button = event.target.closest("button[name=move]");
  if (!button || button.dataset.plain !== undefined) return;
  const row = button.closest("[data-picture]");
  const whither = button.value.split(":")[1];
  const index = target(row, whither);
  if (index === null) return;
  event.preventDefault();
  const before = rows().indexOf(row);
  place(row, index);
  button.focus();
  tell(row);
  if (await inTurn(() => keep(row, whither))) return;
  place(row, before);
  button.dataset.plain = "";
  form.requestSubmit(button);
});

let dragged = null;
let from = 0;

for (const row of rows()) {
  const handle = row.querySelector("[data-handle]");
  handle.hidden = false;
  handle.draggable = true;
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    from = rows().indexOf(row);
    row.dataset.dragged = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => {
    delete row.dataset.dragged;
    if (dragged) place(row, from); // let go outside the list
    dragged = null;
    number();
  });
}

list.addEventListener("dragover", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const over = event.target.closest("[data-picture]");
  if (!over || over === dragged) return;
  const box = over.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) over.before(dragged);
  else over.after(dragged);
});

list.addEventListener("drop", async (event) => {
  if (!dragged) return;
  event.preventDefault();
  const row = dragged;
  dragged = null;
  tell(row);
  if (!(await keep(row, offset - 1 + rows().indexOf(row)))) location.reload();
});
