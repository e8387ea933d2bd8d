// A search for styles (templates/transfers/_styles.html) renews the pictures to choose from. What is
// chosen by the time the answer arrives stays chosen and on the page, and so does the focus.

export function keepChoice(form) {
  const choices = form.querySelector("#style-choices");
  const withValue = (value) => choices.querySelector(`[name=style][value="${value}"]`);
  let chosen = null;
  let focused = null;

  choices.addEventListener("htmx:beforeSwap", () => {
    chosen = choices.querySelector("[name=style]:checked")?.closest("li") ?? null;
    focused = document.activeElement.matches("[name=style]") ? document.activeElement.value : null;
  });
  choices.addEventListener("htmx:afterSwap", () => {
    const value = chosen?.querySelector("[name=style]").value;
    if (chosen && !withValue(value)) choices.querySelector("ul")?.prepend(chosen);
    if (chosen && withValue(value)) withValue(value).checked = true;
    if (focused) withValue(focused)?.focus({ preventScroll: true });
  });
}
