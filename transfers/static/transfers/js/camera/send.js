// Sends a photo until it has arrived: when the connection is lost or the server is away it waits,
// longer each time, and tries again at once when the browser says that it is back. The same key each
// time, so that a photo that did arrive, though its answer was lost, is not there twice.

import { upload } from "../upload.js";

const WAITS_S = [1, 2, 4, 8, 15, 30];
const OFFLINE_WAIT_S = 60; // the browser tells when it is online again; some forget to

// Until it is worth another try: time is up, the connection is back, or `nudge` says "now".
function rest(seconds, nudge, signal) {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (settle, value) => {
      over.abort();
      clearTimeout(timer);
      settle(value);
    };
    const timer = setTimeout(() => end(resolve), seconds * 1000);
    const until = { signal: over.signal };
    addEventListener("online", () => end(resolve), until);
    nudge.addEventListener("now", () => end(resolve), until);
    signal.addEventListener(
      "abort",
      () => end(reject, new DOMException("Stopped", "AbortError")),
      until,
    );
  });
}

// Resolves to the photo as stored; rejects with UploadRefused, or AbortError when `signal` says so.
// `token()` is asked before each try; `onWaiting({ seconds, isOffline })` is told before each pause.
export async function send(file, { token, signal, nudge, onWaiting, ...options }) {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    const attempt = upload(file, { ...options, token: token() });
    signal.addEventListener("abort", attempt.stop);
    try {
      return await attempt.done;
    } catch (problem) {
      if (!problem.isPassing) throw problem;
      const isOffline = !navigator.onLine;
      const usual = WAITS_S[Math.min(failures, WAITS_S.length - 1)];
      const seconds = isOffline ? OFFLINE_WAIT_S : (problem.waitS ?? usual);
      onWaiting({ seconds, isOffline });
      await rest(seconds, nudge, signal);
    } finally {
      signal.removeEventListener("abort", attempt.stop);
    }
  }
}
