// The camera itself: whether this page may have one, opening it, which there are, letting it go.
// Knows nothing of the page around it. What goes wrong is a CameraProblem, whose `kind` the page
// turns into a sentence (templates/transfers/_camera_problems.html has one for each):
//
//   insecure    the page is neither on HTTPS nor on localhost
//   framed      the page is inside another one, which keeps cameras from it
//   forbidden   the site's own server switches cameras off (Permissions-Policy)
//   old         this browser cannot lend a camera to a page
//   denied      the person, or their browser's settings, said no
//   dismissed   the browser's question was closed without an answer
//   system      the computer or phone keeps its camera from this browser
//   missing     there is no camera
//   busy        another program has it
//   other       anything else; `cause` has the browser's error
//
//   const camera = new Camera(videoElement);
//   await camera.start({ deviceId, facing });   // true when live, false when overtaken meanwhile
//   camera.width, camera.height, camera.facing, camera.label, camera.deviceId, camera.isLive
//   camera.release();                           // the lamp goes out; start() again at any time
//
// Events of a camera: "lost" (it ended by itself: unplugged, or switched off), "muted" and
// "unmuted" (it gives no picture for a while), "resized" (a phone was turned).

const ENOUGH_PX = 8192; // wished for as a side: more than any camera has, so it gives its most
const LEAST_FRAMES_PER_S = 10; // the largest pictures of some webcams come twice a second
const FACING_BACK = /\b(back|rear|environment|world)\b/i;

export class CameraProblem extends Error {
  constructor(kind, cause) {
    super(kind, { cause });
    this.kind = kind;
  }
}

const isFramed = () => window.top !== window.self;

// Whether the page's own server, or the page around it, keeps cameras from it; null: nobody says.
function isAllowedByPolicy() {
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  return policy?.allowsFeature ? policy.allowsFeature("camera") : null;
}

// What stands in the way before anybody is asked: a kind from above, or "".
export function obstacle() {
  if (!window.isSecureContext) return "insecure";
  if (isAllowedByPolicy() === false) return isFramed() ? "framed" : "forbidden";
  if (!navigator.mediaDevices?.getUserMedia) return "old";
  return "";
}

// "granted", "denied", "prompt", or "unknown" where the browser does not say.
export async function permission() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state;
  } catch {
    return "unknown";
  }
}

const facingOf = (label) => (FACING_BACK.test(label) ? "environment" : "");

// All cameras; their labels are empty until the person has allowed one.
export async function list() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === "videoinput")
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

// Calls `changed` when a camera is plugged in or out.
export function onDevicesChanged(changed) {
  navigator.mediaDevices?.addEventListener?.("devicechange", changed);
}

// Calls `leave` whenever nobody looks at the page any more, and `back` when somebody does again
// (each may be called twice in a row): hidden, left for another page, restored from the cache.
export function onAbsence({ leave, back }) {
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && back());
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : back()));
}

function kindOf(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      if (isFramed() && !isAllowedByPolicy()) return "framed";
      if (/system/i.test(error.message)) return "system";
      return /dismissed/i.test(error.message) ? "dismissed" : "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "other";
  }
}

// From the strictest to the most modest: a camera that is gone, or that cannot do what was
// wished, makes room for the next best.
function* wishes(deviceId, facing) {
  const largest = { width: { ideal: ENOUGH_PX }, height: { ideal: ENOUGH_PX }, resizeMode: "none" };
  const swift = { ...largest, frameRate: { min: LEAST_FRAMES_PER_S } };
  for (const wish of [swift, largest]) {
    if (deviceId) yield { ...wish, deviceId: { exact: deviceId } };
    if (facing) yield { ...wish, facingMode: { exact: facing } };
    yield { ...wish, facingMode: facing || "user" };
  }
}

async function ask(deviceId, facing) {
  let refusal;
  for (const video of wishes(deviceId, facing)) {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: false, video });
    } catch (error) {
      if (error.name !== "OverconstrainedError") throw error;
      refusal = error;
    }
  }
  throw refusal;
}

// Some browsers answer a wish with less than the camera has, and say afterwards what it has.
async function enlarge(track) {
  const most = track.getCapabilities?.() ?? {};
  const now = track.getSettings();
  if (!most.width?.max || !most.height?.max) return;
  if (now.width >= most.width.max && now.height >= most.height.max) return;
  const sides = (width, height) => ({ width: { ideal: width }, height: { ideal: height } });
  try {
    await track.applyConstraints(sides(most.width.max, most.height.max));
    const { width, height } = track.getSettings();
    if (width * height < now.width * now.height)
      await track.applyConstraints(sides(now.width, now.height));
  } catch {
    // It stays as it was given.
  }
}

const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());

export class Camera extends EventTarget {
  #stream = null;
  #attempt = 0; // counts, so that a late answer to an old start() is let go

  constructor(video) {
    super();
    this.video = video;
    video.addEventListener("resize", () => this.isLive && this.#tell("resized"));
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }

  get track() {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }

  get isLive() {
    return this.track?.readyState === "live";
  }

  get width() {
    return this.video.videoWidth;
  }

  get height() {
    return this.video.videoHeight;
  }

  get label() {
    return this.track?.label ?? "";
  }

  get deviceId() {
    return this.track?.getSettings().deviceId ?? "";
  }

  // "user" (looks at whoever holds it), "environment", or "" where nobody knows: a webcam.
  get facing() {
    return this.track?.getSettings().facingMode || facingOf(this.label);
  }

  async start({ deviceId = "", facing = "" } = {}) {
    this.release();
    const attempt = this.#attempt;
    const inTheWay = obstacle();
    if (inTheWay) throw new CameraProblem(inTheWay);
    let stream = null;
    try {
      stream = await ask(deviceId, facing);
      const [track] = stream.getVideoTracks();
      if (attempt === this.#attempt) await enlarge(track);
      if (attempt !== this.#attempt) {
        stop(stream);
        return false;
      }
      this.#adopt(stream, track);
      await this.video.play();
      return attempt === this.#attempt;
    } catch (error) {
      stop(stream);
      if (attempt !== this.#attempt) return false;
      this.release();
      throw new CameraProblem(kindOf(error), error);
    }
  }

  #adopt(stream, track) {
    this.#stream = stream;
    this.video.srcObject = stream;
    const when = (event, name) =>
      track.addEventListener(event, () => this.track === track && this.#tell(name));
    track.addEventListener("ended", () => {
      if (this.track !== track) return;
      this.release();
      this.#tell("lost");
    });
    when("mute", "muted");
    when("unmute", "unmuted");
  }

  release() {
    this.#attempt += 1;
    stop(this.#stream);
    this.#stream = null;
    this.video.srcObject = null;
  }
}
