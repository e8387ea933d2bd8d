// What is done to a photo before it is sent: flipped, turned by quarters, cropped. An edit is a
// plain object, so that it can be kept: {turns (clockwise, 0–3), flipped (before the turns), crop
// (in per cent of the sides of the turned picture)}.

const WHOLE = { left: 0, top: 0, width: 100, height: 100 };

export const untouched = () => ({ turns: 0, flipped: false, crop: { ...WHOLE } });

export const isWhole = ({ crop }) => crop.width >= 100 && crop.height >= 100;

export const isUntouched = (edit) => !edit.turns && !edit.flipped && isWhole(edit);

export const uncropped = (edit) => ({ ...edit, crop: { ...WHOLE } });

// The crop goes along: what was kept is still kept.
export function turned(edit, clockwise) {
  const { left, top, width, height } = edit.crop;
  const crop = clockwise
    ? { left: 100 - top - height, top: left, width: height, height: width }
    : { left: top, top: 100 - left - width, width: height, height: width };
  return { ...edit, turns: (edit.turns + (clockwise ? 1 : 3)) % 4, crop };
}

// Left and right as they are seen change places, so the turns run the other way.
export function flipped(edit) {
  const { left, width } = edit.crop;
  return {
    turns: (4 - edit.turns) % 4,
    flipped: !edit.flipped,
    crop: { ...edit.crop, left: 100 - left - width },
  };
}

export function turnedSize(picture, { turns }) {
  const { width, height } = picture;
  return turns % 2 ? { width: height, height: width } : { width, height };
}

// The part of the turned picture that is kept, in whole pixels.
export function keptPart(picture, edit) {
  const { width, height } = turnedSize(picture, edit);
  const { crop } = edit;
  const left = Math.round((crop.left / 100) * width);
  const top = Math.round((crop.top / 100) * height);
  return {
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round((crop.width / 100) * width))),
    height: Math.max(1, Math.min(height - top, Math.round((crop.height / 100) * height))),
  };
}

// Draws `picture` (canvas or bitmap) into `canvas`; uncropped where the frame lies over it.
export function draw(canvas, picture, edit, { whole = false } = {}) {
  const full = turnedSize(picture, edit);
  const part = whole ? { left: 0, top: 0, ...full } : keptPart(picture, edit);
  canvas.width = part.width;
  canvas.height = part.height;
  const context = canvas.getContext("2d");
  context.translate(full.width / 2 - part.left, full.height / 2 - part.top);
  context.rotate((edit.turns * Math.PI) / 2);
  context.scale(edit.flipped ? -1 : 1, 1);
  context.drawImage(picture, -picture.width / 2, -picture.height / 2);
  return canvas;
}
