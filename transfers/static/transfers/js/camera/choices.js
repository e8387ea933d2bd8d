// What someone likes of the camera, remembered in this browser: which one, the mirror for each way
// it can look, the grid, the timer, one photo or four.

const NAME = "stylesite-camera";

const USUAL = {
  deviceId: "",
  facing: "user",
  mirror: { user: true, environment: false },
  grid: false,
  timer: 0,
  burst: false,
};

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

export function loadChoices() {
  const known = remembered();
  return { ...USUAL, ...known, mirror: { ...USUAL.mirror, ...known.mirror } };
}

export function saveChoices(choices) {
  try {
    localStorage.setItem(NAME, JSON.stringify(choices));
  } catch {
    // This browser keeps nothing: the choices hold for this visit.
  }
}
