// A guest's turn on the server: sent with photo and style, then followed until the picture is there.
// What goes wrong on the way to the server is a TurnError with a sentence for people. Nothing is
// waited for without a limit: a connection that stalls is a lost one.

import { sleep } from "../camera/shot.js";

const POLL_MS = 1000;
const AWAY_MS = 3000;
const SEND_LIMIT_MS = 90_000;
const ANSWER_LIMIT_MS = 15_000;

const REMOVALS = 60; // tries, so about an hour of them
const REMOVE_AGAIN_MS = 3000; // at first; each time twice as long, up to a minute
const REMOVE_AGAIN_AT_MOST_MS = 60_000;

export class TurnError extends Error {}
export class ClosedError extends Error {} // the booth has ended

// `words` are the page's data attributes: wordsLost and wordsTrouble. With the same `key`, what has
// arrived already, though its answer was lost, does not begin a second time.
export async function begin(url, { photo, style, onWall, key, token, words }) {
  const body = new FormData();
  body.append("key", key);
  body.append("style", style);
  if (onWall) body.append("on_wall", "yes");
  body.append("photo", photo, photo.name);
  const signal = AbortSignal.timeout(SEND_LIMIT_MS);
  let answer, said;
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    answer = await fetch(url, { method: "POST", body, headers, signal });
    said = await answer.json().catch((problem) => {
      if (answer.status === 201) throw problem;
      return {};
    });
  } catch {
    throw new TurnError(words.wordsLost);
  }
  if (answer.status === 404) throw new ClosedError();
  if (answer.status !== 201) throw new TurnError(said.sentence ?? words.wordsTrouble);
  return said;
}

export async function remove(url, token) {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, signal });
  if (!answer.ok && answer.status !== 404) throw new TurnError();
}

// For a guest who has left, and cannot be told that it failed.
export async function removeInTheEnd(url, token) {
  let wait = REMOVE_AGAIN_MS;
  for (let left = REMOVALS; left > 0; left -= 1) {
    try {
      return await remove(url, token);
    } catch {
      await sleep(wait);
      wait = Math.min(2 * wait, REMOVE_AGAIN_AT_MOST_MS);
    }
  }
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
      const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const answer = await fetch(url, { headers, cache: "no-store", signal });
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
