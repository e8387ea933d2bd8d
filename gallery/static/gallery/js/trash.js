// The trash's ticks: how many there are, all of the page with one, and a range with Shift. Restoring
// and deleting are plain forms.

const form = document.querySelector("[data-trash]");

function start() {
  const ticks = [...form.querySelectorAll("input[name=ids]")];
  const all = form.querySelector("[data-all]");
  const told = form.querySelector("[data-count]");
  let last = null;

  function update() {
    const count = ticks.filter((tick) => tick.checked).length;
    told.textContent = count ? told.dataset.words.replace("%", count) : "";
    const whole = all.querySelector("input");
    whole.checked = count === ticks.length;
    whole.indeterminate = count > 0 && count < ticks.length;
    for (const button of form.querySelectorAll("button[name=action]")) button.disabled = !count;
  }

  for (const tick of ticks) {
    tick.addEventListener("click", (event) => {
      const [from, to] = [ticks.indexOf(last ?? tick), ticks.indexOf(tick)].sort((a, b) => a - b);
      if (event.shiftKey) for (const one of ticks.slice(from, to + 1)) one.checked = tick.checked;
      last = tick;
    });
  }
  all.hidden = false;
  all.addEventListener("change", (event) => {
    for (const tick of ticks) tick.checked = event.target.checked;
  });
  form.addEventListener("change", update);
  update();
}

if (form) start();
