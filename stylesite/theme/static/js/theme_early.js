// Runs in <head> before anything is painted, so that a remembered theme never flashes the other one.
// A classic script on purpose: modules wait for the document. theme.js does the switching.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is closed to us: the system's theme it is.
  }
})();
