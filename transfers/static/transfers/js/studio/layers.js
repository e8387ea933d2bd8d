// Layers with their weights as sliders (templates/transfers/_layers.html), in step with the text
// field that the form sends. Weights are shares of one another, so sliders go by factors around 1.

import { placeOf, valueAt } from "./scales.js";

const [LOW, HIGH] = [0.1, 10];

function read(text) {
  return text
    .split(/[,;\n]+/)
    .map((entry) => entry.trim().split(/[\s=:×*]+/))
    .filter(([name]) => name)
    .map(([name, weight = "1"]) => ({ name, weight: Number(weight) }));
}

// `commit(text, isSettled)` puts the text into the field.
export function startLayers(root, field, commit) {
  const list = root.querySelector("ul");
  const template = root.querySelector("template");
  const add = root.querySelector("select");
  let layers = [];

  function say(isSettled) {
    commit(layers.map(({ name, weight }) => `${name} ${weight}`).join(", "), isSettled);
  }

  function rowFor(layer) {
    const row = template.content.firstElementChild.cloneNode(true);
    const [slider, remove] = [row.querySelector("input"), row.querySelector("button")];
    const shown = row.querySelector("[data-layer-weight]");
    for (const part of [slider, remove]) {
      part.setAttribute("aria-label", part.dataset.words.replace("%", layer.name));
    }
    row.querySelector("[data-layer-name]").textContent = layer.name;
    const showWeight = () => {
      shown.textContent = layer.weight;
      slider.setAttribute("aria-valuetext", layer.weight);
    };
    slider.value = placeOf("factors", layer.weight, LOW, HIGH);
    showWeight();
    slider.addEventListener("input", () => {
      layer.weight = valueAt("factors", Number(slider.value), LOW, HIGH);
      showWeight();
      say(false);
    });
    slider.addEventListener("change", () => say(true));
    remove.addEventListener("click", () => {
      layers = layers.filter((other) => other !== layer);
      row.remove();
      showOffered();
      add.focus();
      say(true);
    });
    return row;
  }

  function showOffered() {
    for (const option of add.options) {
      option.disabled = layers.some(({ name }) => name === option.value);
    }
  }

  // By a button: the arrow keys go through the choices, and each would be one.
  root.querySelector("[data-add]").addEventListener("click", () => {
    if (!add.value) return add.focus();
    const layer = { name: add.value, weight: 1 };
    layers.push(layer);
    list.append(rowFor(layer));
    showOffered();
    add.value = "";
    say(true);
    list.lastElementChild.querySelector("input").focus();
    return undefined;
  });

  return {
    show() {
      layers = read(field.value).filter(({ weight }) => weight > 0);
      list.replaceChildren(...layers.map(rowFor));
      showOffered();
    },
  };
}
