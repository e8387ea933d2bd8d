// Ways for a photo to reach the page besides the file picker: dropped anywhere, or pasted.

const carriesFiles = (transfer) => transfer?.types?.includes("Files");

// Calls `onFile` with the first file that is dropped or pasted; shows `veil` while one hovers.
export function watchForFiles(veil, onFile) {
  let inside = 0; // dragenter and dragleave come in pairs for every element passed on the way
  const settle = (count) => {
    inside = Math.max(0, count);
    veil.toggleAttribute("data-shown", inside > 0);
  };
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event.dataTransfer)) settle(inside + 1);
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event.dataTransfer)) settle(inside - 1);
  });
  addEventListener("dragover", (event) => {
    if (carriesFiles(event.dataTransfer)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    settle(0);
    if (event.dataTransfer.files.length) onFile(event.dataTransfer.files[0]);
  });
  addEventListener("paste", (event) => {
    const file = event.clipboardData?.files?.[0];
    if (!file) return;
    event.preventDefault();
    onFile(file);
  });
}
