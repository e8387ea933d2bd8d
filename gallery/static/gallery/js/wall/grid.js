// The tiles of the wall and where they are: rows and columns come from the layout, as they change
// with the width of the window. One tile at a time is a stop of the Tab key.

export const wall = document.querySelector("[data-wall]");

export const tiles = () => [...wall.querySelectorAll("[data-work]:not([data-held])")];
export const tileOf = (node) => node?.closest?.("[data-wall] [data-work]") ?? null;
export const linkOf = (tile) => tile.querySelector("a");
export const tickOf = (tile) => tile.querySelector("input");

let current = null;

function setStop(tile, isStop) {
  linkOf(tile).tabIndex = tickOf(tile).tabIndex = isStop ? 0 : -1;
}

export function makeCurrent(tile) {
  if (current && current !== tile) setStop(current, false);
  current = tile;
  if (tile) setStop(tile, true);
}

export const currentTile = () => (current?.isConnected ? current : null) ?? tiles()[0] ?? null;

export function adopt(newTiles) {
  for (const tile of newTiles) setStop(tile, tile === current);
}

export function focusTile(tile, options) {
  if (!tile) return;
  makeCurrent(tile);
  linkOf(tile).focus(options);
}

const middle = (tile) => tile.offsetLeft + tile.offsetWidth / 2;

// The tile in the next row that has tiles, nearest to the one given; `step` is 1 (down) or -1 (up).
function acrossRows(all, from, step) {
  let at = all.indexOf(from);
  while (all[at] && all[at].offsetTop === from.offsetTop) at += step;
  const row = all[at]?.offsetTop;
  let nearest = null;
  for (; all[at]?.offsetTop === row && all[at]; at += step) {
    const distance = Math.abs(middle(all[at]) - middle(from));
    if (!nearest || distance < nearest.distance) nearest = { tile: all[at], distance };
  }
  return nearest?.tile ?? null;
}

// Where an arrow key leads; null at an edge.
export function neighbour(from, key) {
  const all = tiles();
  const forward = getComputedStyle(wall).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  switch (key) {
    case "ArrowUp":
      return acrossRows(all, from, -1);
    case "ArrowDown":
      return acrossRows(all, from, 1);
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
    default:
      return all[all.indexOf(from) + (key === forward ? 1 : -1)] ?? null;
  }
}

export function startGrid() {
  adopt(wall.querySelectorAll("[data-work]"));
  makeCurrent(currentTile());
  wall.addEventListener("focusin", (event) => {
    const tile = tileOf(event.target);
    if (tile) makeCurrent(tile);
  });
}
