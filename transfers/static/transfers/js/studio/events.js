// What the studio says of itself, on its form and upwards from there; docs/studio.md lists it for
// modules that listen.

// A photo, a style, a weight or a setting has come to rest at a new value.
export function changed(form, name) {
  form.dispatchEvent(new CustomEvent("studio:changed", { bubbles: true, detail: { name } }));
}

export function say(form, name, detail) {
  form.dispatchEvent(new CustomEvent(`studio:${name}`, { bubbles: true, detail }));
}
