// How each layer of the editor is told from the others: by a tint and a pattern of its own.

const CELL_PX = 14;

// The first is that of the photo that is kept; styles have the others in the order of choosing.
const TINTS = [
  { ground: "rgb(247 243 234 / 0.75)", ink: "rgb(18 16 13 / 0.9)", pattern: "bricks" },
  { ground: "rgb(224 89 42 / 0.6)", ink: "rgb(120 30 5 / 0.95)", pattern: "rising" },
  { ground: "rgb(31 122 180 / 0.6)", ink: "rgb(5 40 90 / 0.95)", pattern: "dots" },
  { ground: "rgb(222 170 20 / 0.6)", ink: "rgb(95 65 0 / 0.95)", pattern: "falling" },
  { ground: "rgb(70 150 60 / 0.6)", ink: "rgb(10 60 15 / 0.95)", pattern: "grid" },
];

const STROKES = {
  rising: [[0, CELL_PX, CELL_PX, 0]],
  falling: [[0, 0, CELL_PX, CELL_PX]],
  grid: [
    [0, 0, CELL_PX, 0],
    [0, 0, 0, CELL_PX],
  ],
  bricks: [
    [0, 0, CELL_PX, 0],
    [0, CELL_PX / 2, CELL_PX, CELL_PX / 2],
    [CELL_PX / 4, 0, CELL_PX / 4, CELL_PX / 2],
    [(3 * CELL_PX) / 4, CELL_PX / 2, (3 * CELL_PX) / 4, CELL_PX],
  ],
};

function cell({ ground, ink, pattern }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = CELL_PX;
  const context = canvas.getContext("2d");
  context.fillStyle = ground;
  context.fillRect(0, 0, CELL_PX, CELL_PX);
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = 1.5;
  if (pattern === "dots") {
    context.beginPath();
    context.arc(CELL_PX / 2, CELL_PX / 2, 2.2, 0, 2 * Math.PI);
    context.fill();
    return canvas;
  }
  for (const [fromX, fromY, toX, toY] of STROKES[pattern]) {
    // Three times, so that what leaves the cell on one side comes in on the other.
    for (const shift of [-CELL_PX, 0, CELL_PX]) {
      context.beginPath();
      context.moveTo(fromX + shift, fromY);
      context.lineTo(toX + shift, toY);
      context.stroke();
    }
  }
  return canvas;
}

const cells = TINTS.map(cell);

export function fillOf(context, tint) {
  return context.createPattern(cells[tint % cells.length], "repeat");
}

// A sample of it, for the legend.
export function drawSwatch(canvas, tint) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = fillOf(context, tint);
  context.fillRect(0, 0, canvas.width, canvas.height);
}
