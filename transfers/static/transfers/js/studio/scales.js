// Where on its slider a value lies, and back. Uneven sliders have the positions 0 to 1000.

const END = 1000;

const SCALES = {
  even: { place: (value) => value, value: (place) => place },
  factors: {
    place: (value, low, high) => (END * Math.log(value / low)) / Math.log(high / low),
    value: (place, low, high) => low * (high / low) ** (place / END),
  },
  small: {
    place: (value, low, high) => END * Math.cbrt((value - low) / (high - low)),
    value: (place, low, high) => low + (high - low) * (place / END) ** 3,
  },
};

export function placeOf(scale, value, low, high) {
  return SCALES[scale].place(Math.min(high, Math.max(low, value)), low, high);
}

// Two digits, which is as fine as a hand can tell.
export function valueAt(scale, place, low, high) {
  const exact = SCALES[scale].value(place, low, high);
  const rounded = scale === "even" ? exact : Number(exact.toPrecision(2));
  return Math.min(high, Math.max(low, rounded));
}
