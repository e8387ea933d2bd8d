// Shows the picture that was just chosen in a file field: <img data-preview-of="id of the field">.
// A format that this browser cannot show (HEIC in most) stays hidden; the upload works all the same.

for (const image of document.querySelectorAll("img[data-preview-of]")) {
  const input = document.getElementById(image.dataset.previewOf);
  image.addEventListener("load", () => (image.hidden = false));
  image.addEventListener("error", () => (image.hidden = true));
  const show = () => {
    URL.revokeObjectURL(image.src);
    image.hidden = true;
    if (input.files.length) image.src = URL.createObjectURL(input.files[0]);
    else image.removeAttribute("src");
  };
  input.addEventListener("change", show);
  if (input.files.length) show(); // the browser kept the choice on going back
}
