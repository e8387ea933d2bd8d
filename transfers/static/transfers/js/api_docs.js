// The API's page: Swagger UI, drawn from the site's own OpenAPI document. What is tried out there is
// sent as the person who is signed in, unless a token is entered.

import { cookieToken } from "./csrf.js";

const frame = document.querySelector("[data-api-docs]");
const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

// Swagger UI has a dark look of its own, under this class.
function followTheme() {
  const theme = root.dataset.theme ?? (systemIsDark.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}
followTheme();
systemIsDark.addEventListener("change", followTheme);
new MutationObserver(followTheme).observe(root, { attributeFilter: ["data-theme"] });

globalThis.SwaggerUIBundle({
  url: frame.dataset.apiDocs,
  domNode: frame,
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  requestInterceptor(request) {
    if (request.method && request.method !== "GET") request.headers["X-CSRFToken"] = cookieToken();
    return request;
  },
});
