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

function askForPassword() {
  ask("password-form", "/sign-in/password", {}, enter);
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
  plf: () => ask("first-form", "/sign-in/first-administrator", { token }, enter),
  pli: () => ask("invitation-form", "/sign-in/invitation", { token }, enter),
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
