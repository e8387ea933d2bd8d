// The page's parts and what it shows. States: welcome, asking, live, shooting (at once), counting
// (down), choosing (of four), taken, sending, sent, problem; whatever has data-in is shown in the
// states that it names.

export const stage = document.querySelector("[data-camera]");
export const words = stage.dataset;
export const part = (name) => stage.querySelector(`[data-${name}]`);
export const parts = (name) => stage.querySelectorAll(`[data-${name}]`);
export const state = () => stage.dataset.state;

// Shows what belongs to `next`, and moves the focus to `focus`, so that it is never left on
// something that is gone.
export function setState(next, focus = null) {
  stage.dataset.state = next;
  for (const element of stage.querySelectorAll("[data-in]"))
    element.hidden = !element.dataset.in.split(" ").includes(next);
  part("choices").disabled = next !== "live";
  focus?.focus({ preventScroll: true });
}

// For those who listen. Said anew also when it is the same again.
export function say(sentence) {
  const said = part("said");
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = sentence));
}

// The remark beside the photo: "kept", "refused" (with its sentence), …, or none.
export function note(name = "", sentence = "") {
  stage.dataset.note = name;
  part("use").dataset.variant = name.startsWith("signed-out") ? "secondary" : "primary";
  for (const element of parts("note")) {
    element.hidden = element.dataset.note !== name;
    if (element.hidden) continue;
    if (sentence) element.textContent = sentence;
    element.querySelector("a")?.focus();
  }
}

export function showProblem(kind) {
  for (const sentence of parts("problem")) sentence.hidden = sentence.dataset.problem !== kind;
  setState("problem", part("again"));
}

// Where the camera would work, for a page on plain HTTP.
export function showSecureAddresses() {
  const { hostname, port, pathname } = location;
  const secure = `https://${hostname}${pathname}`;
  const local = `http://localhost${port ? `:${port}` : ""}${pathname}`;
  for (const [name, address] of Object.entries({ secure, local })) {
    const link = part(`${name}-address`);
    link.href = address;
    link.textContent = address;
  }
}
