// Sends one picture to the API and tells how far it is. XMLHttpRequest because fetch cannot say how
// much of a body has been sent.

export class UploadRefused extends Error {}

// Reasons that the API gives when the page's session has ended, or is another one by now.
const SIGNED_OUT = ["not_signed_in", "csrf"];

// Returns {done, stop}: `done` resolves to what is stored, or rejects with UploadRefused, whose
// message is a sentence for people, or with "AbortError" after stop(). `words` holds the sentences
// that only the page can know: wordsLost and wordsSignedOut, as in its data attributes.
export function upload(file, { url, token, source = "upload", words, onProgress = () => {} }) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status === 201 && request.response) resolve(request.response);
      else if (SIGNED_OUT.includes(request.response?.reason))
        reject(new UploadRefused(words.wordsSignedOut));
      else reject(new UploadRefused(request.response?.detail ?? words.wordsLost));
    });
    request.addEventListener("error", () => reject(new UploadRefused(words.wordsLost)));
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    const body = new FormData();
    if (source) body.append("source", source);
    body.append("image", file, file.name || "photo");
    request.send(body);
  });
  return { done, stop: () => request.abort() };
}
