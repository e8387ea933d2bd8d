// A form with data-auto-submit is sent as soon as a choice in it changes. Text waits for Enter or
// the button, which is all there is without this.

for (const form of document.querySelectorAll("form[data-auto-submit]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=radio], [type=checkbox]")) form.requestSubmit();
  });
}
