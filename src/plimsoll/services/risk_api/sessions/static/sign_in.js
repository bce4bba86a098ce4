// The token stands after "#", which browsers keep to themselves; it leaves the address bar before anything else.
"use strict";
const state = document.getElementById("state");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

function say(text) {
  state.textContent = text;
}

async function send(path, message) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
    });
    if (answer.ok) {
      return { status: answer.status, message: answer.status === 200 ? await answer.json() : {} };
    }
    const problem = await answer.json();
    const told = [problem.detail || problem.title, problem.remedy].filter(Boolean);
    return { status: answer.status, told: told.join(" ") };
  } catch {
    return { status: 0, told: "The server does not answer." };
  }
}

function enter() {
  location.replace("/api/v1/docs");
}

// Whoever is new has a second factor to add.
function settle() {
  location.replace("/account");
}

// Show a form; what is typed into it goes to `path`, with what `more` adds.
function ask(id, path, more, done) {
  const form = document.getElementById(id);
  form.hidden = false;
  form.querySelector("input, button").focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    say("…");
    const found = await send(path, { ...Object.fromEntries(new FormData(form)), ...more });
    button.disabled = false;
    say(found.told || "");
    if (!found.told) {
      done(found.message, form);
    }
  });
}

async function redeem() {
  say("Signing in …");
  const found = await send("/sign-in", { token });
  if (found.told) {
    say("The link was used already or is too old. `plimsoll up` prints a new one.");
    askForPassword();
  } else {
    enter();
  }
}

const KINDS = {
  passkey: ["a passkey", "Your device will ask for your finger, your face or its PIN."],
  totp: ["an authenticator app", "Type the six digits that your authenticator app shows now."],
  sms: ["a code by SMS", "Type the six digits that were sent to you."],
  recovery: ["a recovery code", "Type one of the codes that you have kept. It will not work again."],
};

// The second step: the strongest factor first, the others as buttons.
async function askForFactor(challenge, kinds, kind) {
  const form = document.getElementById("factor-form");
  document.getElementById("password-form").hidden = true;
  form.hidden = false;
  form.reset();
  say("");
  document.getElementById("factor-hint").textContent = KINDS[kind][1];
  document.getElementById("code-label").hidden = kind === "passkey";
  const input = form.querySelector("input");
  input.required = kind !== "passkey";
  input.inputMode = kind === "recovery" ? "text" : "numeric";
  const others = kinds.filter((other) => other !== kind && KINDS[other]);
  document.getElementById("factor-others").replaceChildren(
    ...others.map((other) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Use ${KINDS[other][0]}`;
      button.addEventListener("click", () => askForFactor(challenge, kinds, other));
      return button;
    }),
  );
  form.onsubmit = async (event) => {
    event.preventDefault();
    const go = document.getElementById("factor-go");
    go.disabled = true;
    const answer = kind === "passkey" ? await signedByPasskey(challenge) : input.value;
    if (answer !== null) {
      say("…");
      const found = await send("/sign-in/factor", { challenge, kind, answer });
      if (!found.told) {
        enter();
        return;
      }
      say(found.told);
    }
    go.disabled = false;
  };
  if (kind === "sms") {
    const sent = await send("/sign-in/factor/challenge", { challenge, kind });
    say(sent.told || `A code was sent to ${sent.message.to}.`);
  }
  (kind === "passkey" ? document.getElementById("factor-go") : input).focus();
}

async function signedByPasskey(challenge) {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) {
    say("This browser has no passkeys here. Use another factor.");
    return null;
  }
  const asked = await send("/sign-in/factor/challenge", { challenge, kind: "passkey" });
  if (asked.told) {
    say(asked.told);
    return null;
  }
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.message.options);
    const credential = await navigator.credentials.get({ publicKey });
    return JSON.stringify(credential.toJSON());
  } catch {
    say("The passkey was not used.");
    return null;
  }
}

function askForPassword() {
  ask("password-form", "/sign-in/password", {}, (found) => {
    if (found.challenge) {
      askForFactor(found.challenge, found.kinds, found.kinds[0]);
    } else {
      enter();
    }
  });
}

// Begin again with e-mail address and password, and say why.
function startOver(text) {
  return (_message, form) => {
    form.hidden = true;
    askForPassword();
    say(text);
  };
}

document.getElementById("forgotten").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("password-form").hidden = true;
  say("");
  ask("forgotten-form", "/sign-in/forgotten", {}, (_message, form) => {
    form.hidden = true;
    say("If there is an account of this address, a link is on its way to it.");
  });
});

const links = {
  plf: () => ask("first-form", "/sign-in/first-administrator", { token }, settle),
  pli: () => ask("invitation-form", "/sign-in/invitation", { token }, settle),
  plr: () => ask("reset-form", "/sign-in/reset", { token }, startOver("The password is set. Sign in with it.")),
  ple: () => ask("email-form", "/sign-in/email", { token }, startOver("The address is yours. Sign in with it.")),
};

const known = links[token.slice(0, token.indexOf("_"))];
if (known && token[3] === "_") {
  known();
} else if (token) {
  redeem();
} else {
  askForPassword();
}
