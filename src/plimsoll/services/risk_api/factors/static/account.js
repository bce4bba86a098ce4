// The factors of whoever is signed in. Texts of the server are set as text, never as HTML; the one picture that
// comes as markup is taken apart by a parser that runs nothing.
"use strict";
const part = (id) => document.getElementById(id);
const FACTORS = "/api/v1/me/factors";
const KINDS = { totp: "Authenticator app", passkey: "Passkey", sms: "Codes by SMS" };
let again = null; // what goes on after a step-up

function say(text) {
  part("state").textContent = text;
}

async function call(method, path, message) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: message === undefined ? {} : { "Content-Type": "application/json" },
      body: message === undefined ? undefined : JSON.stringify(message),
    });
  } catch {
    throw new Error("The server does not answer.");
  }
  if (answer.ok) {
    return answer.status === 204 ? null : answer.json();
  }
  if (answer.status === 401) {
    location.replace("/sign-in");
  }
  const problem = await answer.json().catch(() => ({}));
  const error = new Error([problem.detail || problem.title, problem.remedy].filter(Boolean).join(" "));
  error.code = problem.code;
  throw error;
}

// Do something; where it needs a fresh sign-in, ask for it and do it then.
async function attempt(work) {
  say("");
  try {
    await work();
  } catch (error) {
    if (error.code === "step-up-required") {
      again = work;
      part("step-up-form").hidden = false;
      part("step-up-form").querySelector("input").focus();
    } else if (error.name === "NotAllowedError") {
      say("The passkey was not made.");
    } else {
      say(error.message);
    }
  }
}

async function show() {
  const found = await call("GET", FACTORS);
  part("factors").replaceChildren(
    ...found.items.map((factor) => {
      const line = document.createElement("li");
      const state = factor.suspended_at ? ", out of use" : factor.confirmed_at ? "" : ", not confirmed";
      line.textContent = `${KINDS[factor.kind]}: ${factor.name}${state} `;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Remove";
      button.addEventListener("click", () =>
        attempt(async () => {
          await call("DELETE", `${FACTORS}/${factor.id}`);
          await show();
        }),
      );
      line.append(button);
      return line;
    }),
  );
  const usable = found.items.some((factor) => factor.confirmed_at && !factor.suspended_at);
  part("codes-left").textContent = usable
    ? `${found.recovery_codes} recovery codes are left.`
    : "You have none yet. Administrators need one before they can do anything else.";
  part("new-codes").hidden = !usable;
}

function showCodes(codes) {
  if (codes.length) {
    part("code-list").textContent = codes.join("\n");
    part("codes").hidden = false;
  }
}

async function added(made) {
  showCodes(made.recovery_codes);
  await show();
  say(`${KINDS[made.factor.kind]} added.`);
}

async function addApp() {
  const begun = await call("POST", `${FACTORS}/totp`, { name: "Authenticator app" });
  const picture = new DOMParser().parseFromString(begun.qr, "text/html").querySelector("svg");
  part("qr").replaceChildren(picture);
  part("secret").textContent = begun.secret.replace(/(.{4})/g, "$1 ").trim();
  const form = part("app-form");
  form.hidden = false;
  form.querySelector("input").focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    const code = new FormData(form).get("code");
    attempt(async () => {
      const made = await call("POST", `${FACTORS}/${begun.factor.id}/confirm`, { code });
      form.reset();
      form.hidden = true;
      part("qr").replaceChildren();
      part("secret").textContent = "";
      await added(made);
    });
  };
}

async function addPasskey() {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) {
    throw new Error("This browser makes no passkeys here. Use an authenticator app.");
  }
  const { options } = await call("POST", `${FACTORS}/passkeys/options`);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = (await navigator.credentials.create({ publicKey })).toJSON();
  await added(await call("POST", `${FACTORS}/passkeys`, { name: "Passkey", credential }));
}

part("add-app").addEventListener("click", () => attempt(addApp));
part("add-passkey").addEventListener("click", () => attempt(addPasskey));
part("new-codes").addEventListener("click", () =>
  attempt(async () => {
    showCodes((await call("POST", `${FACTORS}/recovery-codes`)).codes);
    await show();
  }),
);
part("codes-kept").addEventListener("click", () => {
  part("code-list").textContent = "";
  part("codes").hidden = true;
});
part("step-up-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = part("step-up-form");
  const password = new FormData(form).get("password");
  attempt(async () => {
    await call("POST", "/api/v1/me/step-up", { kind: "password", answer: password });
    form.reset();
    form.hidden = true;
    const work = again;
    again = null;
    if (work) {
      await work();
    }
  });
});
part("sign-out").addEventListener("click", async () => {
  await fetch("/sign-out", { method: "POST" }).catch(() => null);
  location.replace("/sign-in");
});
attempt(show);
