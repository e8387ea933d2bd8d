// A style being tried in place (templates/transfers/_trying.html): htmx polls the words; this shows
// the newest preview once it has loaded, so that nothing flickers, and speaks the progress now and
// then. It is loaded with the first trial and listens for all.

const SPEAK_EVERY_MS = 10_000;

let spokenAt = Date.now();

async function showPicture(picture, address) {
  if (!address || picture.dataset.wanted === address) return;
  picture.dataset.wanted = address;
  const next = new Image();
  next.src = address;
  try {
    await next.decode();
  } catch {
    return; // A newer preview has taken its place meanwhile; the next poll names it.
  }
  if (picture.dataset.wanted === address) picture.src = address;
}

document.addEventListener("htmx:configRequest", (event) => {
  // Whoever sees the end needs no letter about it.
  const isOurs = event.target.matches?.("[data-trial-poller]");
  if (isOurs && !document.hidden) event.detail.headers["X-Looking"] = "yes";
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.("[data-trial-poller]")) return;
  const trial = event.target.closest("[data-trial]");
  const words = event.target.querySelector("[data-words]");
  if (!words) return;
  showPicture(trial.querySelector("[data-trial-picture]"), words.dataset.picture);
  if (!words.hasAttribute("data-final") && Date.now() - spokenAt < SPEAK_EVERY_MS) return;
  spokenAt = Date.now();
  trial.querySelector("[data-trial-said]").textContent = words.dataset.spoken;
});
