// The chosen styles: the strip (templates/transfers/_chosen.html) holds them in the order of choosing
// and is what the form sends. The pictures below are ticked to match: of one kind as long as one
// style is chosen, of the other while styles are blended.

import { changed, say } from "./events.js";
import { startPad } from "./pad.js";

const USUAL_WEIGHT = 50;

// The one whose recommendations apply: the first that paints. transfers/studio/form.py has the same
// rule.
export function leading(styles) {
  return styles.find(({ weight }) => weight > 0) ?? styles[0];
}

export function startChosen(form, onStyles) {
  const strip = form.querySelector("[data-chosen-styles]");
  const list = strip.querySelector("ol");
  const template = strip.querySelector("template");
  const blend = strip.querySelector("[data-blend]");
  const status = strip.querySelector("[data-chosen-said]");
  const choices = form.querySelector("#style-choices");
  const most = Number(form.dataset.mostStyles);
  const items = () => [...list.children];
  const itemOf = (id) => items().find((item) => item.dataset.chosen === id);
  const picks = () => [...choices.querySelectorAll("[data-pick]")];

  function weightOf(item) {
    const { value } = item.querySelector("[data-weight] [type=number]");
    return value === "" ? USUAL_WEIGHT : Number(value);
  }

  function styles() {
    const weights = items().map(weightOf);
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    return items().map((item, index) => ({
      id: item.dataset.chosen,
      title: item.dataset.title,
      weight: weights[index],
      percent: Math.round((100 * weights[index]) / total),
      recommended: JSON.parse(item.dataset.recommended || "{}"),
    }));
  }

  function showShares() {
    pad.show(styles());
    styles().forEach(({ percent }, index) => {
      const item = items()[index];
      item.querySelector("[data-share]").textContent = `${percent} %`;
      const slider = item.querySelector("[data-slider]");
      slider.value = weightOf(item);
      slider.setAttribute("aria-valuetext", `${percent} %`);
    });
  }

  const pad = startPad(strip.querySelector("[data-pad-place]"), {
    onMove(weights) {
      items().forEach((item, index) => {
        item.querySelector("[data-weight] [type=number]").value = weights[index];
      });
      showShares();
    },
    onSettle() {
      tell();
      changed(form, "weights");
    },
  });

  function showPicks() {
    const isFull = items().length >= most;
    // All are ticked or not before any changes its kind: of a kind, one would untick the other.
    for (const pick of picks()) pick.checked = Boolean(itemOf(pick.value));
    for (const pick of picks()) {
      pick.name = "pick"; // the strip sends them
      pick.type = blend.checked ? "checkbox" : "radio";
      pick.disabled = blend.checked && isFull && !pick.checked;
      pick.required = !blend.checked;
    }
  }

  function show() {
    strip.toggleAttribute("data-single", items().length < 2);
    strip.toggleAttribute("data-none", items().length === 0);
    showPicks();
    showShares();
  }

  function tell() {
    show();
    onStyles(styles());
    say(form, "styles", styles());
  }

  function weigh(item) {
    const [slider, number] = ["[data-slider]", "[type=number]"].map((kind) =>
      item.querySelector(`[data-weight] ${kind}`),
    );
    slider.addEventListener("input", () => {
      number.value = slider.value;
      showShares();
    });
    number.addEventListener("input", showShares);
    for (const input of [slider, number]) {
      input.addEventListener("change", () => {
        tell();
        changed(form, number.name);
      });
    }
    item.querySelector("[data-remove]").addEventListener("click", () => {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      leaveOut(item);
      (next?.querySelector("[data-remove]")?.checkVisibility() ?
        next.querySelector("[data-remove]") :
        blend
      ).focus();
    });
    const value = item.querySelector("[data-value]");
    value.name = "style";
    value.disabled = false;
  }

  function itemFor(pick) {
    const item = template.content.firstElementChild.cloneNode(true);
    const { title, recommended } = pick.dataset;
    Object.assign(item.dataset, { chosen: pick.value, title, recommended });
    item.querySelector("[data-value]").value = pick.value;
    item.querySelector("[data-title-shown]").textContent = title;
    item.querySelector("[type=number]").name = `weight-${pick.value}`;
    const [thumbnail, shown] = [pick.closest("label").querySelector("img"), item.querySelector("img")];
    for (const name of ["src", "width", "height"]) {
      shown.setAttribute(name, thumbnail.getAttribute(name));
    }
    for (const labelled of item.querySelectorAll("[aria-label]")) {
      labelled.setAttribute("aria-label", labelled.getAttribute("aria-label").replace("%", () => title));
    }
    weigh(item);
    return item;
  }

  function add(pick) {
    if (blend.checked) list.append(itemFor(pick));
    else list.replaceChildren(itemFor(pick));
    const isFull = blend.checked && items().length >= most;
    const said = isFull ? status.dataset.wordsMost : status.dataset.wordsAdded;
    status.textContent = items().length > 1 ? said.replace("%", () => pick.dataset.title) : "";
    tell();
    changed(form, "style");
  }

  function leaveOut(item) {
    item.remove();
    status.textContent = status.dataset.wordsRemoved.replace("%", () => item.dataset.title);
    tell();
    changed(form, "style");
  }

  choices.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-pick]")) return;
    if (target.checked) add(target);
    else leaveOut(itemOf(target.value));
  });
  blend.addEventListener("change", () => {
    const further = blend.checked ? [] : items().slice(1);
    for (const item of further) item.remove();
    status.textContent = "";
    tell();
    if (further.length) changed(form, "style");
  });
  // A search renews the pictures: what is chosen stays so, and the focus where it was.
  let focused = null;
  choices.addEventListener("htmx:beforeSwap", () => {
    focused = document.activeElement.matches("[data-pick]") ? document.activeElement.value : null;
  });
  choices.addEventListener("htmx:afterSwap", () => {
    showPicks();
    picks()
      .find((pick) => pick.value === focused)
      ?.focus({ preventScroll: true });
  });

  for (const item of items()) weigh(item);
  // Coming back, the browser ticks what was ticked.
  const restored = picks().filter((pick) => pick.checked && !itemOf(pick.value));
  if (restored.length) list.replaceChildren(...restored.slice(0, most).map(itemFor));
  blend.checked = blend.checked || items().length > 1;
  show();
  return { styles, tell, count: () => items().length };
}
