// The CSRF token to send now. Signing in in another tab changes it, so the cookie is asked first and
// the form's own hidden field only where there is no cookie to read; the field is brought up to date.

// Behind HTTPS its name begins with __Host-.
const NAMES = ["__Host-csrftoken=", "csrftoken="];

export function cookieToken() {
  const cookies = document.cookie.split("; ");
  for (const name of NAMES) {
    const cookie = cookies.find((entry) => entry.startsWith(name));
    if (cookie) return decodeURIComponent(cookie.slice(name.length));
  }
  return "";
}

export function csrfToken(root) {
  const field = root.querySelector("[name=csrfmiddlewaretoken]");
  field.value = cookieToken() || field.value;
  return field.value;
}
