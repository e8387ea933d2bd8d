// Further pages arrive before the end of the wall is reached. A row that is not full yet would change
// when more arrives, so its tiles wait, unseen, until it is; only the very last row may be short. How
// many pages were loaded and how far one had scrolled is kept with the entry in the browser's history,
// so that going back leads to the same place.

import { adopt, focusTile, tileOf, wall } from "./grid.js";

const AHEAD = "1500px";
const MOST_PAGES = 20; // at once, as the server gives them
const SETTLED_MS = 150;

let onward = "";
let pages = 1;
let loading = null;
let older = null;

const ghost = () => wall.querySelector(".wall-ghost");

function hold() {
  for (const tile of wall.querySelectorAll("[data-held]")) tile.removeAttribute("data-held");
  if (!onward) return;
  const all = [...wall.querySelectorAll("[data-work]")];
  const last = all.at(-1)?.offsetTop;
  const unfinished = all.filter((tile) => tile.offsetTop === last);
  if (unfinished.length === all.length) return;
  for (const tile of unfinished) tile.setAttribute("data-held", "");
}

async function load(count = 1) {
  const address = new URL(wall.dataset.more, location);
  address.search = wall.dataset.query;
  address.searchParams.set("cursor", onward);
  address.searchParams.set("pages", count);
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(`the wall answered ${answer.status}`);
  const pattern = document.createElement("template");
  pattern.innerHTML = await answer.text();
  const known = new Set([...wall.querySelectorAll("[data-work]")].map((tile) => tile.dataset.work));
  const arrived = [...pattern.content.querySelectorAll("[data-work]")];
  const fresh = arrived.filter((tile) => !known.has(tile.dataset.work));
  adopt(fresh);
  for (const tile of wall.querySelectorAll("[data-held]")) tile.removeAttribute("data-held");
  const end = ghost();
  for (const tile of fresh) wall.insertBefore(tile, end);
  onward = answer.headers.get("X-Onward") ?? "";
  pages += count;
  if (!onward) older?.remove();
  hold();
}

// One request at a time; when it fails, the link to the next page is still there.
export function loadMore(count) {
  if (!onward) return Promise.resolve();
  loading ??= load(count)
    .catch(() => {
      for (const tile of wall.querySelectorAll("[data-held]")) tile.removeAttribute("data-held");
    })
    .finally(() => (loading = null));
  return loading;
}

// After tiles have left or come back.
export function refit() {
  hold();
  if (older?.isConnected && older.getBoundingClientRect().top < innerHeight) loadMore();
}

function remember(extra = {}) {
  const place = { pages, top: scrollY, ...(history.state?.wall ?? {}), ...extra };
  history.replaceState({ ...history.state, wall: { ...place, pages, top: scrollY } }, "");
}

async function comeBack(place) {
  while (onward && pages < place.pages) {
    const before = pages;
    await loadMore(Math.min(place.pages - pages, MOST_PAGES));
    if (pages === before) break;
  }
  scrollTo({ top: place.top, behavior: "instant" });
  const tile = place.opened && wall.querySelector(`[data-work="${place.opened}"]`);
  if (tile) focusTile(tile, { preventScroll: true });
}

function watchTheEnd() {
  if (!older) return;
  const watcher = new IntersectionObserver(
    async ([end]) => {
      if (!end.isIntersecting) return;
      const before = pages;
      await loadMore();
      watcher.unobserve(older);
      if (onward && pages > before) watcher.observe(older); // it may still be near
    },
    { rootMargin: `0px 0px ${AHEAD} 0px` },
  );
  watcher.observe(older);
}

export async function startPages() {
  onward = wall.dataset.onward;
  older = document.querySelector("[data-older]");
  const place = history.state?.wall;
  history.scrollRestoration = "manual";
  hold();
  let width = wall.offsetWidth;
  new ResizeObserver(() => {
    if (wall.offsetWidth === width) return;
    width = wall.offsetWidth;
    hold();
  }).observe(wall);
  if (place) await comeBack(place);
  watchTheEnd();
  let timer;
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(remember, SETTLED_MS);
  }, { passive: true });
  wall.addEventListener("click", (event) => {
    const tile = tileOf(event.target);
    if (tile) remember({ opened: tile.dataset.work });
  });
}
