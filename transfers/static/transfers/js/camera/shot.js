// Photos out of a live Camera (device.js): the countdown before, one frame or several, and the
// file. Knows nothing of the page around it. What a person saw is what they get: `mirrored` says
// that the picture was shown as in a mirror, and then the photo is the mirrored one.
//
//   await countdown(3, { onTick: (left) => …, signal });   // 3, 2, 1; rejects when aborted
//   const canvas = await frame(camera, { mirrored });      // at once, every pixel of the video
//   const canvas = await still(camera, { mirrored });      // more pixels where the camera has them
//   const files = await burst(camera, { mirrored, count, onShot: (index) => …, signal });
//   const file = await encode(canvas, { maxBytes });       // a File: JPEG, or PNG where small

const JPEG_QUALITY = 0.95;
const SMALLER_QUALITIES = [0.9, 0.8, 0.65];
const PNG_UP_TO_PX = 640 * 480; // pixels; below, losing nothing costs nothing
const PNG_UP_TO_BYTES = 2 ** 20;

const BURST_GAP_MS = 400;

// A still of the sensor is worth its wait from half as many pixels again as the video has.
const STILL_WORTH = 1.5;
const STILL_LIMIT_MS = 3000;
const SAME_SHAPE = 0.02; // of other proportions it would show more, or less, than was seen

export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("Stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

export async function countdown(seconds, { onTick = () => {}, signal } = {}) {
  for (let left = seconds; left > 0; left -= 1) {
    onTick(left);
    await sleep(1000, signal);
  }
}

function drawn(picture, width, height, mirrored) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (mirrored) {
    context.translate(width, 0);
    context.scale(-1, 1);
  }
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

async function firstFrame(video) {
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth) return;
  await new Promise((resolve) => video.addEventListener("loadeddata", resolve, { once: true }));
}

export async function frame(camera, { mirrored = false } = {}) {
  await firstFrame(camera.video);
  return drawn(camera.video, camera.width, camera.height, mirrored);
}

// What the sensor gives beyond the video, or null: where there is no such thing, where it is not
// worth the wait, and where it fails or dawdles, as it does on some phones.
async function largerStill(camera) {
  if (!window.ImageCapture || !camera.isLive) return null;
  const capture = new ImageCapture(camera.track);
  const { imageWidth, imageHeight } = await capture.getPhotoCapabilities();
  const most = { imageWidth: imageWidth?.max ?? 0, imageHeight: imageHeight?.max ?? 0 };
  const pixels = camera.width * camera.height;
  if (most.imageWidth * most.imageHeight < STILL_WORTH * pixels) return null;
  const picture = await createImageBitmap(await capture.takePhoto(most));
  const shape = picture.width / picture.height / (camera.width / camera.height);
  const isBetter = picture.width * picture.height > pixels && Math.abs(shape - 1) <= SAME_SHAPE;
  if (isBetter) return picture;
  picture.close();
  return null;
}

export async function still(camera, { mirrored = false } = {}) {
  const video = await frame(camera, { mirrored });
  const larger = largerStill(camera).catch(() => null);
  const tooLate = sleep(STILL_LIMIT_MS).then(() => null);
  const picture = await Promise.race([larger, tooLate]);
  const photo = picture ? drawn(picture, picture.width, picture.height, mirrored) : video;
  larger.then((one) => one?.close()); // also one that comes too late
  return photo;
}

export async function burst(
  camera,
  { mirrored = false, count = 4, maxBytes, onShot = () => {}, signal } = {},
) {
  const files = [];
  for (let index = 0; index < count; index += 1) {
    if (index) await sleep(BURST_GAP_MS, signal);
    files.push(encode(await frame(camera, { mirrored }), { maxBytes }));
    onShot(index);
  }
  return Promise.all(files);
}

const toBlob = (canvas, type, quality) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(type))), type, quality),
  );

async function smallEnough(canvas, maxBytes) {
  let blob = await toBlob(canvas, "image/jpeg", JPEG_QUALITY);
  for (const quality of SMALLER_QUALITIES) {
    if (blob.size <= maxBytes) break;
    blob = await toBlob(canvas, "image/jpeg", quality);
  }
  return blob;
}

export async function encode(canvas, { maxBytes = Infinity } = {}) {
  if (canvas.width * canvas.height <= PNG_UP_TO_PX) {
    const exact = await toBlob(canvas, "image/png");
    if (exact.size <= Math.min(PNG_UP_TO_BYTES, maxBytes))
      return new File([exact], "camera.png", { type: "image/png" });
  }
  const blob = await smallEnough(canvas, maxBytes);
  return new File([blob], "camera.jpg", { type: "image/jpeg" });
}
