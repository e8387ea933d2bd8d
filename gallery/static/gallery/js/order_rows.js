// Rows of an admin's list that hold a number for their order: each gets a handle to drag it by, or to
// move it with the arrow keys. Only the numbers change; the list's own Save button keeps them.

const hint = document.getElementById("order-hint");
const body = document.querySelector("#result_list tbody");

const numberOf = (row) => row.querySelector(".field-position input[type=number]");

// The numbers that were there, in the new order of the rows; equal ones are told apart.
function renumber() {
  const inputs = [...body.rows].map(numberOf);
  const numbers = inputs.map((input) => Number(input.value) || 0).sort((a, b) => a - b);
  let last = -1;
  inputs.forEach((input, index) => {
    last = Math.max(numbers[index], last + 1);
    input.value = last;
  });
  hint.textContent = hint.dataset.moved;
}

// The others change places with `row`, which stays in the document: so it keeps focus and pointer.
function moveTo(row, index) {
  const at = row.sectionRowIndex;
  const rows = [...body.rows];
  if (index > at) rows.slice(at + 1, index + 1).forEach((other) => body.insertBefore(other, row));
  else rows.slice(index, at).reverse().forEach((other) => row.after(other));
  return index !== at;
}

function onKey(event, row) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const index = row.sectionRowIndex + step;
  if (index < 0 || index >= body.rows.length) return;
  moveTo(row, index);
  renumber();
}

function onPointer(event, row, handle) {
  if (event.button) return;
  event.preventDefault();
  handle.focus();
  handle.setPointerCapture(event.pointerId);
  row.classList.add("is-moving");
  let moved = false;
  const follow = (at) => {
    const under = document.elementFromPoint(at.clientX, at.clientY);
    const other = under?.closest("#result_list tbody tr");
    if (other && other !== row) moved = moveTo(row, other.sectionRowIndex) || moved;
  };
  const end = () => {
    handle.removeEventListener("pointermove", follow);
    row.classList.remove("is-moving");
    if (moved) renumber();
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("lostpointercapture", end, { once: true });
}

function addHandle(row) {
  const input = numberOf(row);
  if (!input) return;
  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = "order-handle";
  handle.title = hint.dataset.handle;
  handle.setAttribute("aria-label", hint.dataset.handle);
  handle.addEventListener("keydown", (event) => onKey(event, row));
  handle.addEventListener("pointerdown", (event) => onPointer(event, row, handle));
  input.before(handle);
}

if (hint && body) [...body.rows].forEach(addHandle);
