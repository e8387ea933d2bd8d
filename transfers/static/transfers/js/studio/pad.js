// How much of three or four styles, as one point between them (templates/transfers/_pad.html): by
// pointer or by arrow keys. The sliders beside it say the same, one style at a time.

const CORNERS = {
  3: [[0.5, 0], [0, 1], [1, 1]],
  4: [[0, 0], [1, 0], [0, 1], [1, 1]],
};
const STEP = 0.04;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Shares of the corners at a point, which need not lie between them.
export function sharesAt([x, y], count) {
  const [left, top] = [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
  if (count === 4) {
    return [(1 - left) * (1 - top), left * (1 - top), (1 - left) * top, left * top];
  }
  const shares = [1 - top, 1 - left - (1 - top) / 2, left - (1 - top) / 2];
  const inside = shares.map((share) => Math.max(0, share));
  const sum = inside[0] + inside[1] + inside[2];
  return inside.map((share) => share / sum);
}

export function pointOf(shares) {
  const corners = CORNERS[shares.length];
  return [0, 1].map((axis) =>
    shares.reduce((sum, share, index) => sum + share * corners[index][axis], 0),
  );
}

export function startPad(place, { onMove, onSettle }) {
  const template = place.querySelector("template");
  let pad = null;
  let point = [0.5, 0.5];
  let count = 0;

  function move(to) {
    const shares = sharesAt(to, count);
    point = pointOf(shares);
    onMove(shares.map((share) => Math.round(100 * share)));
  }

  function follow(event) {
    const box = pad.getBoundingClientRect();
    move([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
  }

  function build() {
    const part = template.content.firstElementChild.cloneNode(true);
    pad = part.querySelector("[data-pad]");
    pad.dataset.corners = count;
    part.querySelector("[data-corners-above]").toggleAttribute("data-alone", count === 3);
    pad.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pad.setPointerCapture(event.pointerId);
      pad.focus();
      event.preventDefault();
      follow(event);
    });
    pad.addEventListener("pointermove", (event) => {
      if (pad.hasPointerCapture(event.pointerId)) follow(event);
    });
    pad.addEventListener("lostpointercapture", onSettle);
    pad.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow && event.key !== "Home") return;
      event.preventDefault();
      if (arrow) move([point[0] + arrow[0] * STEP, point[1] + arrow[1] * STEP]);
      else move(pointOf(new Array(count).fill(1 / count)));
    });
    pad.addEventListener("keyup", (event) => {
      if (event.key in ARROWS || event.key === "Home") onSettle();
    });
    place.querySelector("[data-pad-part]")?.remove();
    place.append(part);
  }

  return {
    show(styles) {
      const isWanted = styles.length in CORNERS;
      if (!isWanted) place.querySelector("[data-pad-part]")?.remove();
      if (!isWanted || styles.length !== count) count = 0;
      if (!isWanted) return;
      if (!count) {
        count = styles.length;
        build();
      }
      const total = styles.reduce((sum, style) => sum + style.weight, 0) || 1;
      if (document.activeElement !== pad) point = pointOf(styles.map(({ weight }) => weight / total));
      const thumb = pad.querySelector("[data-thumb]");
      thumb.style.left = `${100 * point[0]}%`;
      thumb.style.top = `${100 * point[1]}%`;
      pad.setAttribute("aria-valuenow", styles[0].percent);
      pad.setAttribute(
        "aria-valuetext",
        styles.map(({ title, percent }) => `${title} ${percent} %`).join(", "),
      );
      const titles = styles.map(({ title }) => title);
      if (count === 3) titles.splice(1, 0, ""); // it has one corner at the top
      for (const name of place.querySelectorAll("[data-pad-part] [data-corner]")) {
        name.textContent = titles[Number(name.dataset.corner)];
      }
    },
  };
}
