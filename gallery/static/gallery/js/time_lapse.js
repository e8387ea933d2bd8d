// How a picture was painted (gallery/_time_lapse.html): a slider steps through the frames, a button
// plays them. All frames come in one file, fetched once when the slider comes near the window and
// kept by the browser for good; until it is there a frame is fetched alone. Nothing moves unasked.

const PLAYED_MS = 8000;
const SHORTEST_MS = 60;

function start(section) {
  const { frames, version, photo, photoWords, stepWords, sizeWords } = section.dataset;
  const index = JSON.parse(section.dataset.index); // of each: step, width, height, start, length
  const find = (name) => section.querySelector(`[data-${name}]`);
  const [image, range, said, play] = ["frame", "scrub", "step", "play"].map(find);
  const [chosen, size] = ["chosen", "size"].map(find);
  const keeps = section.querySelectorAll("[data-keep]");
  const sources = index.map(([step]) => `${frames}${step}/?v=${version}`);
  let timer = null;

  async function fetchAll() {
    try {
      const answer = await fetch(`${frames}?v=${version}`);
      if (!answer.ok) return;
      const file = await answer.arrayBuffer();
      index.forEach(([, , , from, length], number) => {
        const data = new Blob([file.slice(from, from + length)], { type: "image/webp" });
        sources[number] = URL.createObjectURL(data);
      });
      section.dataset.ready = "";
    } catch {
      // Each frame has an address of its own.
    }
  }

  function show() {
    const at = Number(range.value); // 0 is the photo
    const [step, width, height] = index[at - 1] ?? [0, 0, 0];
    const words = at ? stepWords.replace("%step", step) : photoWords;
    image.src = at ? sources[at - 1] : photo;
    image.alt = words;
    said.textContent = words;
    range.setAttribute("aria-valuetext", words);
    for (const button of keeps) button.disabled = !at;
    if (at) chosen.value = String(step);
    size.textContent = at ? sizeWords.replace("%width", width).replace("%height", height) : "";
  }

  function setPlaying(playing) {
    clearInterval(timer);
    timer = playing ? setInterval(next, Math.max(SHORTEST_MS, PLAYED_MS / index.length)) : null;
    for (const words of play.querySelectorAll("[data-when]")) {
      words.hidden = (words.dataset.when === "playing") !== playing;
    }
  }

  function next() {
    range.value = Number(range.value) + 1;
    show();
    if (range.value === range.max) setPlaying(false);
  }

  range.addEventListener("input", () => {
    setPlaying(false);
    show();
  });
  play.addEventListener("click", () => {
    if (timer !== null) return setPlaying(false);
    if (range.value === range.max) range.value = 0;
    setPlaying(true);
    next();
  });
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      fetchAll();
    },
    { rootMargin: "200px" },
  );
  near.observe(section);
  show();
}

for (const section of document.querySelectorAll("[data-time-lapse]")) start(section);
