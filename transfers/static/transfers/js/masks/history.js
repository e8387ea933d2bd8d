// What was done to the layers, to be undone and done again; the oldest is forgotten when all of it
// would take too much memory.

const MOST_BYTES = 48 * 2 ** 20;

function bytesOf({ tiles }) {
  return [...tiles.values()].reduce((sum, tile) => sum + tile.alpha.length, 0);
}

export class History {
  #done = [];
  #undone = [];

  constructor(mostBytes = MOST_BYTES) {
    this.mostBytes = mostBytes;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  add(change) {
    if (!change) return;
    this.#undone = [];
    this.#done.push(change);
    let bytes = this.#done.reduce((sum, one) => sum + bytesOf(one), 0);
    while (bytes > this.mostBytes && this.#done.length > 1) {
      bytes -= bytesOf(this.#done.shift());
    }
  }

  // The layer that changed, or null.
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  redo() {
    return this.#move(this.#undone, this.#done);
  }

  #move(from, to) {
    const change = from.pop();
    if (!change) return null;
    change.layer.swap(change);
    to.push(change);
    return change.layer;
  }
}
