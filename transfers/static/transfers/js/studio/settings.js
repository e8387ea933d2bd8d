// The settings of the studio (templates/transfers/_control.html). An empty field means what the
// leading style recommends: choosing a style moves what nobody has touched, and nothing else.

import { changed } from "./events.js";
import { startLayers } from "./layers.js";
import { placeOf, valueAt } from "./scales.js";

function isSame(one, other) {
  if (one === other) return true;
  return one !== "" && other !== "" && Number(one) === Number(other);
}

function startControl(form, root, recommendedOf) {
  const { control: name, kind, scale, unit } = root.dataset;
  const field = root.querySelector("[name]");
  const slider = root.querySelector("[data-slider]");
  const usualPlaceholder = field.placeholder;
  const [low, high] = [Number(field.min), Number(field.max)];

  function words(value) {
    if (kind === "choice") {
      return field.querySelector(`option[value="${CSS.escape(value)}"]`)?.textContent.trim() ?? "";
    }
    return `${value} ${unit}`.trim();
  }

  function showRecommended(recommended) {
    const shown = root.querySelector("[data-recommended-shown]");
    const { words: said, wordsUsual } = shown.dataset;
    shown.textContent = recommended ? said.replace("%", () => words(recommended)) : wordsUsual;
    if (kind !== "choice") field.placeholder = recommended || usualPlaceholder;
    else {
      const option = field.querySelector("[data-recommended-option]");
      option.textContent = recommended
        ? option.dataset.words.replace("%", () => words(recommended))
        : option.dataset.wordsUsual;
    }
  }

  function show() {
    const recommended = recommendedOf(name);
    showRecommended(recommended);
    root.toggleAttribute("data-differs", field.value !== "" && !isSame(field.value, recommended));
    if (!slider) return;
    const value = field.value || recommended;
    slider.value = placeOf(scale, Number(value), low, high);
    slider.setAttribute("aria-valuetext", words(value));
  }

  const layers = kind === "layers" && startLayers(root.querySelector("[data-layers]"), field, set);

  // What the sliders of layers say: they are where it comes from, and stay as they are.
  function set(text, isSettled) {
    field.value = text;
    show();
    if (isSettled) changed(form, name);
  }

  function showAll() {
    show();
    if (layers) layers.show();
  }

  function reset() {
    field.value = "";
    showAll();
  }

  slider?.addEventListener("input", () => {
    const value = valueAt(scale, Number(slider.value), low, high);
    field.value = String(value);
    const place = slider.value; // rounding the value must not move the thumb under the hand
    show();
    slider.value = place;
  });
  slider?.addEventListener("change", () => changed(form, name));
  field.addEventListener("input", showAll);
  field.addEventListener("change", () => changed(form, name));
  root.querySelector("[data-reset]").addEventListener("click", () => {
    reset();
    (slider ?? field).focus(); // the button goes
    changed(form, name);
  });
  return { name, field, show: showAll, reset, isSet: () => field.value !== "" };
}

export function startSettings(form, recommendedByStyle) {
  const usual = JSON.parse(form.dataset.usual);
  const base = form.elements.base;
  const resetAll = form.querySelector("[data-reset-all]");
  const recommendedOf = (name) =>
    (base.value ? usual[name] : (recommendedByStyle()[name] ?? usual[name])) ?? "";
  const controls = [...form.querySelectorAll("[data-control]")].map((root) =>
    startControl(form, root, recommendedOf),
  );

  function show() {
    for (const control of controls) control.show();
    showReset();
  }

  function showReset() {
    resetAll.hidden = !base.value && !controls.some((control) => control.isSet());
  }

  resetAll.addEventListener("click", () => {
    forgetWhose();
    base.value = "";
    for (const control of controls) control.reset();
    showReset();
    const said = form.querySelector("[data-reset-said]");
    said.textContent = said.dataset.words;
    controls[0].field.focus();
    changed(form, "settings");
  });
  form.addEventListener("studio:changed", showReset);
  // A mistake in what is folded away could not be shown otherwise, and would hold the form up.
  form.addEventListener(
    "invalid",
    (event) => event.target.closest("details")?.setAttribute("open", ""),
    true,
  );
  // They are no longer those of the picture that they came from, or saved ones as they were.
  function forgetWhose() {
    form.querySelector("[data-prefill]")?.remove();
    form.querySelector("[data-settings-used]").textContent = "";
  }

  // Complete settings in place of all that were there.
  function use(values) {
    forgetWhose();
    base.value = values.base;
    for (const { name, field } of controls) field.value = values[name] ?? "";
    form.elements.quality.value = values.quality;
    form.elements.size_px.value = values.size_px ?? "";
    show();
    changed(form, "settings");
  }

  // Enter in a field is the end of writing in it, and on a slider or a choice nothing at all: it is
  // not yet the order to paint.
  form.addEventListener("keydown", (event) => {
    const { target } = event;
    const isOwn = target.form === form && target.matches("input:not([type=file])");
    if (event.key !== "Enter" || !isOwn) return;
    event.preventDefault();
    if (!target.matches("[type=number], [type=text]")) return;
    target.blur();
    target.focus();
  });
  return { show, use };
}
