// The CSRF token to send now. Signing in in another tab changes it, so the cookie is asked first and
// the form's own hidden field only where there is no cookie to read; the field is brought up to date.

export function csrfToken(root) {
  const field = root.querySelector("[name=csrfmiddlewaretoken]");
  const cookie = document.cookie.split("; ").find((entry) => entry.startsWith("csrftoken="));
  if (cookie) field.value = decodeURIComponent(cookie.slice("csrftoken=".length));
  return field.value;
}
