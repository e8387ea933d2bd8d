// Forms that keep their choices in this browser: <form data-remember="a name for them">.

for (const form of document.querySelectorAll("form[data-remember]")) {
  const key = `form-${form.dataset.remember}`;
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden");
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    for (const field of fields) {
      if (!(field.name in kept)) continue;
      if (field.type === "checkbox") field.checked = kept[field.name] === true;
      else if ([...field.options].some((option) => option.value === kept[field.name])) {
        field.value = kept[field.name];
      }
    }
  } catch {
    // Nothing is kept, or storage is closed to us: the form is as it came.
  }
  form.addEventListener("change", () => {
    const chosen = fields.map((field) => [
      field.name,
      field.type === "checkbox" ? field.checked : field.value,
    ]);
    try {
      localStorage.setItem(key, JSON.stringify(Object.fromEntries(chosen)));
    } catch {
      // Private windows may refuse.
    }
  });
}
