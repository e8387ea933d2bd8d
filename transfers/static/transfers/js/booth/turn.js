// A guest's turn on the server: sent with photo and style, then followed until the picture is there.
// What goes wrong on the way to the server is a TurnError with a sentence for people.

const POLL_MS = 1000;
const AWAY_MS = 3000;

export class TurnError extends Error {}
export class ClosedError extends Error {} // the booth has ended

// `words` are the page's data attributes: wordsLost and wordsTrouble.
export async function begin(url, { photo, style, onWall, token, words }) {
  const body = new FormData();
  body.append("style", style);
  if (onWall) body.append("on_wall", "yes");
  body.append("photo", photo, photo.name);
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
  } catch {
    throw new TurnError(words.wordsLost);
  }
  if (answer.status === 404) throw new ClosedError();
  const said = await answer.json().catch(() => ({}));
  if (answer.status !== 201) throw new TurnError(said.sentence ?? words.wordsTrouble);
  return said;
}

export async function remove(url, token) {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok && answer.status !== 404) throw new TurnError();
}

// Calls `onNews` with what the server says whenever that is new, `onAway` while it says nothing,
// and `onGone` when there is nothing to follow any more. Returns the function that stops it.
export function follow(url, { onNews, onAway, onGone }) {
  let etag = "";
  let timer = null;
  let stopped = false;

  async function ask() {
    let wait = POLL_MS;
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const answer = await fetch(url, { headers, cache: "no-store" });
      if (stopped) return;
      if (answer.status === 404) return onGone();
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") ?? "";
        const news = await answer.json();
        if (stopped || onNews(news)) return;
      } else if (answer.status !== 304) throw new TurnError();
    } catch {
      if (stopped) return;
      onAway();
      etag = ""; // what was said last is no longer to be seen, so it has to be said again
      wait = AWAY_MS;
    }
    timer = setTimeout(ask, wait);
  }

  ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
