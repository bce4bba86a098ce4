// What the pages share: asking the server, and saying what it answers beside the field that it is about.
// Texts of the server are set as text, never as HTML.
export const part = (id) => document.getElementById(id);

export class Problem extends Error {
  constructor(status, problem) {
    super([problem.detail || problem.title, problem.remedy].filter(Boolean).map(sentence).join(" "));
    this.status = status;
    this.code = problem.code;
    this.fields = (problem.violations || []).map((violation) => violation.field);
  }
}

function sentence(text) {
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

export async function call(method, path, message) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: message === undefined ? {} : { "Content-Type": "application/json" },
      body: message === undefined ? undefined : JSON.stringify(message),
    });
  } catch {
    throw new Problem(0, { detail: "The server does not answer", remedy: "Is it running? Try again in a moment." });
  }
  if (!answer.ok) {
    throw new Problem(answer.status, await answer.json().catch(() => ({ title: "Something went wrong there" })));
  }
  return answer.headers.get("content-type")?.includes("json") ? answer.json() : null;
}

// One line for the page as a whole, read aloud as it changes.
export function say(text, bad = false) {
  part("state").textContent = text;
  part("state").classList.toggle("bad", bad);
}

// Say beside a field what is wrong with it, and go there.
export function blame(input, text) {
  const place = part(`${input.id}-wrong`);
  place.textContent = text;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [place.id, input.dataset.hint].filter(Boolean).join(" "));
  input.focus();
}

export function forgive(form) {
  for (const input of form.querySelectorAll("input")) {
    input.removeAttribute("aria-invalid");
    if (part(`${input.id}-wrong`)) {
      part(`${input.id}-wrong`).textContent = "";
    }
  }
}

function complaint(input) {
  const { value, minLength, type, required } = input;
  if (required && !value.trim()) {
    return "This is needed.";
  }
  if (type === "email" && input.validity.typeMismatch) {
    return "That is no e-mail address. It looks like ada@example.com.";
  }
  if (type === "number" && !input.validity.valid) {
    return `A whole number from ${input.min} to ${input.max}.`;
  }
  return value.length < minLength
    ? `At least ${minLength} characters; these are ${value.length}. Several words will do.`
    : "";
}

// The field that a problem is about: the one it names, or whose word it uses; otherwise the last one.
function blamed(form, problem) {
  const inputs = [...form.querySelectorAll("input")].filter((input) => !input.disabled && input.checkVisibility());
  const said = problem.message.split(".")[0].toLowerCase();
  return (
    inputs.find((input) => problem.fields?.includes(input.name)) ||
    inputs.findLast((input) => input.dataset.word && said.includes(input.dataset.word)) ||
    inputs.at(-1)
  );
}

// Let a form do `work` with what was typed; what goes wrong is said beside the field, or for the whole page.
export function handle(form, work) {
  form.noValidate = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    forgive(form);
    const bad = [...form.querySelectorAll("input")].find((input) => !input.disabled && complaint(input));
    if (bad) {
      blame(bad, complaint(bad));
      return;
    }
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      await work(Object.fromEntries(new FormData(form)));
    } catch (problem) {
      const input = blamed(form, problem);
      if (input) {
        blame(input, problem.message);
      } else {
        say(problem.message, true);
      }
    } finally {
      button.disabled = false;
    }
  };
}

export const NO_PASSKEYS = "This browser cannot use passkeys here. Take another factor.";

export async function signedByPasskey(options) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    throw new Error(NO_PASSKEYS);
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  try {
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
  } catch {
    throw new Error("The passkey was not used. Try again, or take another factor.");
  }
}

// People of another tenant are led back to its sign-in: this browser keeps its name, and nothing else.
const TENANT = "plimsoll-tenant";

export function tenantHere() {
  const named = new URLSearchParams(location.search).get("tenant");
  try {
    return named ?? localStorage.getItem(TENANT) ?? "";
  } catch {
    return named ?? ""; // a browser that keeps nothing
  }
}

export function rememberTenant(tenant) {
  try {
    if (tenant) {
      localStorage.setItem(TENANT, tenant);
    } else {
      localStorage.removeItem(TENANT);
    }
  } catch {
    // It is typed again next time.
  }
}

export async function signOut() {
  const tenant = tenantHere(); // signing out empties what the browser keeps
  await call("POST", "/sign-out").catch(() => null);
  location.replace(tenant ? `/sign-in?tenant=${encodeURIComponent(tenant)}` : "/sign-in");
}

part("sign-out")?.addEventListener("click", signOut);

for (const button of document.querySelectorAll("[data-shows]")) {
  button.addEventListener("click", () => {
    const input = part(button.dataset.shows);
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? "Hide" : "Show";
    button.setAttribute("aria-label", `${button.textContent} password`);
  });
}

// A page that the browser has kept is asked for anew: whoever goes back after signing out sees nothing.
addEventListener("pageshow", (event) => event.persisted && location.reload());
