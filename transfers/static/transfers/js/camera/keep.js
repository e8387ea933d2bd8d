// A photo that was taken and not sent yet, kept in this browser's own store (IndexedDB): it
// outlives a reload and a sign-in that has expired. Each belongs to one person of the site, whom
// nobody else's page asks for, and goes once it is sent, or after a day.
//
// A shot: {id, takenAt, source, files: [File…], chosen (index, or null while one is to be chosen
// from), edit, ready ({file, key}: what is sent, and the word it is sent under) or null}.

const DATABASE = "stylesite-camera";
const STORE = "shots";
const KEPT_MS = 24 * 60 * 60 * 1000;

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
  return answer(request);
}

export class Keep {
  constructor(owner) {
    this.owner = owner;
  }

  // Runs `work` on the store; null where the browser refuses to keep anything.
  async #with(mode, work) {
    let database = null;
    try {
      database = await open();
      const transaction = database.transaction(STORE, mode);
      const ended = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      const result = await work(transaction.objectStore(STORE));
      await ended;
      return result;
    } catch {
      return null;
    } finally {
      database?.close();
    }
  }

  // Whether it is kept now.
  async save(shot) {
    const row = { ...shot, owner: this.owner };
    const kept = await this.#with("readwrite", (store) => {
      localStorage.setItem("camera-kept-at", shot.takenAt); // js/sign_out.js goes by it
      return answer(store.put(row));
    });
    return kept !== null;
  }

  forget(shot) {
    return this.#with("readwrite", (store) => answer(store.delete(shot.id)));
  }

  // This person's latest, or null. What is too old goes, whoever it belongs to.
  latest(now = Date.now()) {
    return this.#with("readwrite", async (store) => {
      const shots = await answer(store.getAll());
      const fresh = shots.filter((shot) => now - shot.takenAt < KEPT_MS);
      for (const shot of shots) if (!fresh.includes(shot)) store.delete(shot.id);
      const own = fresh.filter((shot) => shot.owner === this.owner);
      return own.sort((one, other) => other.takenAt - one.takenAt)[0] ?? null;
    });
  }
}
