// What a tab says of its page while one looks at another: the title, and a small picture that fills
// up as a picture is painted, is ticked when it is ready, and barred when it failed.

const title = document.title;
const icon = document.querySelector("link[rel=icon]");
const usual = icon.href;

const PAPER = "#fbf9f3";
const INK = "#1d1a16";
const ACCENT = "#1c594e";
const DANGER = "#a02f1c";
const TICK = '<path d="M9 17l5 5 9-12" fill="none" stroke="#fbf9f3" stroke-width="4"/>';
const BAR = '<path d="M10 16h12" stroke="#fbf9f3" stroke-width="4"/>';

function draw(inside) {
  const frame = `<path fill="${INK}" d="M2 2h28v28H2z"/><path fill="${PAPER}" d="M5 5h22v22H5z"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${frame}${inside}</svg>`;
  icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const filled = (color) => `<path fill="${color}" d="M5 5h22v22H5z"/>`;

// `percent` from 0 to 100, or null where it is not known yet.
export function showProgress(percent) {
  document.title = percent === null ? title : `${percent} % · ${title}`;
  const height = (22 * (percent ?? 0)) / 100;
  draw(`<path fill="${ACCENT}" d="M5 ${27 - height}h22v${height}H5z"/>`);
}

export function showReady() {
  document.title = `✓ ${title}`;
  draw(filled(ACCENT) + TICK);
}

export function showFailed() {
  document.title = `! ${title}`;
  draw(filled(DANGER) + BAR);
}

export function showNothing() {
  document.title = title;
  icon.href = usual;
}
