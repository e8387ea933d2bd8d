// Small comforts of the forms about a picture: keys that press a button (data-key), and suggestions
// for the last of several words with commas between them (a datalist only knows whole values).

const TYPED_IN = "input:not([type=radio]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest?.(TYPED_IN)) return;
  const button = [...document.querySelectorAll("[data-key]")].find(
    (one) => one.dataset.key === event.key.toLowerCase(),
  );
  button?.click();
});

const known = new Map(); // the words of a datalist, as they came with the page

document.addEventListener("input", (event) => {
  const list = event.target.list;
  if (!list || !("commaSeparated" in list.dataset)) return;
  if (!known.has(list)) known.set(list, [...list.options].map((option) => option.value));
  const typed = event.target.value;
  const before = typed.slice(0, typed.lastIndexOf(",") + 1);
  const given = new Set(typed.split(",").map((word) => word.trim().toLowerCase()));
  const lead = before ? `${before.trimEnd()} ` : "";
  list.replaceChildren(
    ...known
      .get(list)
      .filter((word) => !given.has(word))
      .map((word) => new Option("", lead + word)),
  );
});
