// Sends one picture to the API and tells how far it is. XMLHttpRequest because fetch cannot say how
// much of a body has been sent.

// Why a picture was not taken: `message` is a sentence for people. `isSignedOut`: it would be, after
// signing in. `isPassing`: it may be, a little later, after `waitS` seconds where the server says so.
export class UploadRefused extends Error {
  constructor(sentence, { isSignedOut = false, isPassing = false, reason = "", waitS = null } = {}) {
    super(sentence);
    Object.assign(this, { isSignedOut, isPassing, reason, waitS });
  }
}

// Reasons that the API gives when the page's session has ended, or is another one by now.
const SIGNED_OUT = ["not_signed_in", "csrf"];
const PASSING = [429, 502, 503, 504];

// A connection that moves nothing for this long is lost, though nobody says so.
const STALLED_MS = 30_000;
const ANSWER_LIMIT_MS = 90_000;

function refusal(request, words) {
  const reason = request.response?.reason ?? "";
  if (SIGNED_OUT.includes(reason))
    return new UploadRefused(words.wordsSignedOut, { isSignedOut: true, reason });
  const seconds = parseInt(request.getResponseHeader("Retry-After"), 10);
  return new UploadRefused(request.response?.detail ?? words.wordsLost, {
    isPassing: PASSING.includes(request.status),
    reason,
    waitS: Number.isNaN(seconds) ? null : seconds,
  });
}

// Calls `onStalled` when `request` has moved nothing for too long.
function watch(request, onStalled) {
  let timer;
  const wait = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(onStalled, ms);
  };
  request.upload.addEventListener("progress", () => wait(STALLED_MS));
  request.upload.addEventListener("load", () => wait(ANSWER_LIMIT_MS));
  request.addEventListener("loadend", () => clearTimeout(timer));
  wait(STALLED_MS);
}

// Returns {done, stop}: `done` resolves to what is stored, or rejects with UploadRefused, or with
// "AbortError" after stop(). `words` holds the sentences that only the page can know: wordsLost and
// wordsSignedOut, as in its data attributes. `key` is the word under which it may be sent again
// without being there twice.
export function upload(
  file,
  { url, token, source = "upload", key = "", words, onProgress = () => {} },
) {
  const request = new XMLHttpRequest();
  const lost = () => new UploadRefused(words.wordsLost, { isPassing: true });
  const done = new Promise((resolve, reject) => {
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", token);
    if (key) request.setRequestHeader("Idempotency-Key", key);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status === 201 && request.response) resolve(request.response);
      else reject(refusal(request, words));
    });
    request.addEventListener("error", () => reject(lost()));
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    watch(request, () => {
      reject(lost());
      request.abort();
    });
    const body = new FormData();
    if (source) body.append("source", source);
    body.append("image", file, file.name || "photo");
    request.send(body);
  });
  return { done, stop: () => request.abort() };
}
