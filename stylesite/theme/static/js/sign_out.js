// Whoever signs out leaves nothing behind in this browser: neither photos that wait to be sent
// (transfers/js/camera/keep.js) nor masks of the studio. Photos that wait go after a day in any
// case, with the first page of the site that is opened then, whoever opens it.

const DATABASE = "stylesite-camera";
const KEPT_AT = "camera-kept-at";
const KEPT_MS = 24 * 60 * 60 * 1000;

function forgetPhotos() {
  indexedDB.deleteDatabase(DATABASE);
  localStorage.removeItem(KEPT_AT);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  forgetPhotos();
  sessionStorage.clear();
});

try {
  const keptAt = localStorage.getItem(KEPT_AT);
  if (keptAt !== null && !(Date.now() - Number(keptAt) < KEPT_MS)) forgetPhotos();
} catch {
  // This browser keeps nothing for the site.
}
