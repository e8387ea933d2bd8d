// The theme switch: system, light or dark, remembered in this browser and shared by its tabs.
// Markup: a fieldset with [data-theme-switch], hidden until this runs, with radio buttons.

const root = document.documentElement;

function remembered() {
  try {
    return localStorage.getItem("theme") ?? "system";
  } catch {
    return "system";
  }
}

function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Private windows may refuse; the choice then lasts for this page.
  }
}

function show(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const radio of document.querySelectorAll("[data-theme-switch] input")) {
    radio.checked = radio.value === theme;
  }
}

for (const choice of document.querySelectorAll("[data-theme-switch]")) {
  choice.hidden = false;
  choice.addEventListener("change", (event) => {
    remember(event.target.value);
    show(event.target.value);
  });
}
addEventListener("storage", (event) => {
  if (event.key === "theme" || event.key === null) show(remembered());
});
show(remembered());
