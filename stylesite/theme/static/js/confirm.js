// Asks before what nothing can undo: a form with data-confirm="<id of a dialog>" opens that dialog,
// and is sent when the dialog is closed with the value "yes". Without this the form is simply sent.
// Forms may come and go while the page is open.

let asking = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset?.confirm || form === asking) return;
  event.preventDefault();
  const dialog = document.getElementById(form.dataset.confirm);
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return;
      asking = form;
      form.requestSubmit();
      asking = null;
    },
    { once: true },
  );
  dialog.showModal();
});
