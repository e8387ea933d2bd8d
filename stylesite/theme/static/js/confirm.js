// Asks before what nothing can undo: a form with data-confirm="<id of a dialog>" opens that dialog,
// and is sent when the dialog is closed with the value "yes". Without this the form is simply sent.
// Forms may come and go while the page is open.

let asking = null;

const sameForm = (old) =>
  [...document.querySelectorAll("form[data-confirm]")].find((form) => form.action === old.action);

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
      asking = form.isConnected ? form : sameForm(form); // the page may have been brought up to date
      asking?.requestSubmit();
      asking = null;
    },
    { once: true },
  );
  dialog.showModal();
});
