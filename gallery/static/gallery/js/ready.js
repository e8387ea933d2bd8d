// A picture whose page opened by itself when it was finished: the tab says so until it is looked at.

import { showNothing, showReady } from "../../js/tab.js";

const READY = "just-finished";

if (sessionStorage.getItem(READY) === location.pathname) {
  sessionStorage.removeItem(READY);
  if (document.hidden) {
    showReady();
    document.addEventListener("visibilitychange", showNothing, { once: true });
  }
}
