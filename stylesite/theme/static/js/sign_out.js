// Whoever signs out leaves nothing behind in this browser: photos that wait to be sent
// (transfers/js/camera/keep.js) would otherwise stay for a day.

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) indexedDB.deleteDatabase("stylesite-camera");
});
