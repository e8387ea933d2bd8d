// The artwork's page shows the painting alone; this button lays the photo over it, with the slider
// of js/compare.js, and takes it away again. Without JavaScript both are shown below each other.

for (const button of document.querySelectorAll("[data-comparison]")) {
  const painting = document.querySelector("[data-painting]");
  const comparison = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", () => {
    const comparing = painting.toggleAttribute("hidden");
    comparison.toggleAttribute("data-shown", comparing);
    button.setAttribute("aria-pressed", String(comparing));
    if (comparing) comparison.querySelector("input[type=range]")?.focus({ preventScroll: true });
  });
}
