// Buttons that copy an address ([data-copy]), hidden until this runs and where the browser lets no
// page copy: without HTTPS the address can still be selected and copied by hand.

const TOLD_MS = 2500;

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.querySelector("[data-label]");
    const words = label.textContent;
    label.setAttribute("aria-live", "polite");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
      } catch {
        return; // refused: nothing was copied, so nothing is said to be
      }
      label.textContent = button.dataset.done;
      setTimeout(() => (label.textContent = words), TOLD_MS);
    });
  }
}
