// The device's own screen: as large as it can be, and awake for as long as the booth is shown.

export function offerFullScreen(button) {
  if (!document.fullscreenEnabled) return;
  const follow = () => (button.hidden = Boolean(document.fullscreenElement));
  button.addEventListener("click", () =>
    document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => {}),
  );
  document.addEventListener("fullscreenchange", follow);
  follow();
}

// Browsers let the screen sleep again whenever the page was hidden, so it is asked for each time.
export function stayAwake() {
  if (!navigator.wakeLock) return;
  const ask = () => document.hidden || navigator.wakeLock.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", ask);
  addEventListener("pointerdown", ask, { once: true });
  ask();
}
