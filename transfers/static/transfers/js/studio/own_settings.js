// Settings that somebody saved (templates/transfers/_own_settings.html): using them in place, and
// where the focus goes when htmx has renewed the list.

export function startOwnSettings(form, use) {
  const folded = form.querySelector("[data-folded=own]");
  const status = folded.querySelector("[data-settings-said]");
  const list = () => folded.querySelector("#own-settings");

  folded.addEventListener("click", (event) => {
    const button = event.target.closest("[data-use]");
    if (!button) return;
    event.preventDefault();
    use(JSON.parse(button.dataset.values));
    const used = folded.querySelector("[data-settings-used]");
    used.textContent = list().dataset.wordsUsed.replace("%", () => button.dataset.name);
  });
  folded.addEventListener("keydown", (event) => {
    const { press } = event.target.dataset;
    if (event.key !== "Enter" || !press) return;
    event.preventDefault();
    event.stopPropagation();
    folded.querySelector(`[id="${press}"]`).click();
  });
  folded.addEventListener("htmx:afterSwap", () => {
    status.textContent = list().dataset.said;
    const next = list().querySelector("[data-focus]") ?? list().querySelector("#settings-name");
    next.focus();
  });
}
