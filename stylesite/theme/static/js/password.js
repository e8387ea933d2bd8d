// Show or hide a password: the button beside the field, hidden until this runs.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = button.parentElement.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.querySelector("[data-when=hidden]").hidden = shown;
    button.querySelector("[data-when=shown]").hidden = !shown;
    input.focus();
  });
  // Browsers offer to save the field's value only while it is a password.
  input.form?.addEventListener("submit", () => (input.type = "password"));
}
