// Asks before what nothing can undo: a form with data-confirm="<id of a dialog>" opens that dialog,
// and is sent when the dialog is closed with the value "yes". Without this the form is simply sent.

for (const form of document.querySelectorAll("form[data-confirm]")) {
  const dialog = document.getElementById(form.dataset.confirm);
  form.addEventListener("submit", (event) => {
    if (dialog.returnValue === "yes") return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") form.requestSubmit();
  });
}
