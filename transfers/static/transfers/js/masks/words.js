// How much of a picture a layer covers, in words.

export function percentOf({ share }) {
  if (share === 0 || share === 1) return 100 * share;
  return Math.min(99, Math.max(1, Math.round(100 * share)));
}

// `said`: {nothing, rest, part} of the page, with % for the number.
export function placeOf(layer, layers, said) {
  if (layer.share > 0) return said.part.replace("%", percentOf(layer));
  if (layer.id === "protect") return said.nothing;
  return layers.some((other) => other !== layer && other.share > 0) ? said.rest : said.everywhere;
}
