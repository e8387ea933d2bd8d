// Tells through the browser that a picture is ready, to those who asked for it: the browser is asked
// for leave only when someone presses the button, and the wish is kept in this browser.

const KEY = "notify-when-ready";
const supported = "Notification" in window;

const wanted = () =>
  supported && Notification.permission === "granted" && localStorage.getItem(KEY) === "yes";

// `button` is shown where the browser can do this; its data-on and data-off are its two labels, and
// data-refused what is said when the browser has been told never to.
export function offerNotice(button) {
  if (!supported || !button) return;
  const show = () => {
    const refused = Notification.permission === "denied";
    button.textContent = refused
      ? button.dataset.refused
      : wanted()
        ? button.dataset.on
        : button.dataset.off;
    button.disabled = refused;
    button.setAttribute("aria-pressed", String(wanted()));
  };
  button.hidden = false;
  show();
  button.addEventListener("click", async () => {
    if (wanted()) localStorage.removeItem(KEY);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(KEY, "yes");
    show();
  });
}

// Nothing is shown to somebody who is looking at the page.
export function notify(title, { body, icon, address }) {
  if (!wanted() || !document.hidden) return;
  try {
    const notice = new Notification(title, { body, icon, tag: address });
    notice.addEventListener("click", () => {
      window.focus();
      if (address) location.assign(address);
      notice.close();
    });
  } catch {
    // Some phones allow notices to service workers only; the tab's title says it all the same.
  }
}
