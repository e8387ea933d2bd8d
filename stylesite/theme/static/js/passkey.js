// Passkeys: ask the browser for one and send what it answers with the form.
//
// A form says by data-passkey what for: "create" or "get". The challenge comes from the page
// (data-options names its JSON) or, where nobody is signed in yet, from data-options-url. A form
// with data-quiet says nothing where passkeys cannot work; it is one way of several. What the
// browser takes and gives is turned to JSON and back by django-allauth's webauthn-json.js.

const { create, get, supported } = window.webauthnJSON;

for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);

function prepare(form) {
  const problem = form.querySelector("[data-problem]");
  const hindrance = hindranceHere();
  if (hindrance) {
    if (!("quiet" in form.dataset)) say(problem, hindrance);
    return;
  }
  const button = form.querySelector("[data-ask]");
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask(form));
      form.submit();
    } catch (error) {
      say(problem, error.name === "InvalidStateError" ? "known" : "refused");
    } finally {
      button.disabled = false;
    }
  });
}

// Browsers give passkeys to HTTPS and to localhost only, and to names, not to numbers.
function hindranceHere() {
  const isNumber = /^[\d.]+$|^\[/.test(location.hostname);
  if (!window.isSecureContext || isNumber) return "insecure";
  return supported() ? "" : "unsupported";
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "get") return get(options);
  const alone = form.elements.passwordless.checked;
  const wanted = options.publicKey.authenticatorSelection;
  wanted.residentKey = alone ? "required" : "discouraged";
  wanted.requireResidentKey = alone;
  if (alone) wanted.userVerification = "required";
  return create(options);
}

async function optionsOf(form) {
  const { options, optionsUrl } = form.dataset;
  if (!optionsUrl) {
    const given = JSON.parse(document.getElementById(options).textContent);
    return given.creation_options ?? given.request_options;
  }
  const answer = await fetch(optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

function say(problem, which) {
  for (const sentence of problem.querySelectorAll("[data-when]")) {
    sentence.hidden = sentence.dataset.when !== which;
  }
  problem.hidden = false;
}
