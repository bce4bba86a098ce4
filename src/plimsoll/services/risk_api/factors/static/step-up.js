// Doing something as whoever is signed in: what is sensitive asks for a fresh proof, and goes on then.
import { blame, call, handle, part, say, signedByPasskey } from "/page.js";

const ME = "/api/v1/me";
const AGAIN = {
  passkey: ["Use a passkey", "This is sensitive: show your passkey again."],
  totp: ["Use the authenticator app", "This is sensitive: type the six digits that your app shows now."],
  sms: ["Send a code by SMS", "This is sensitive: type the six digits that were sent to your telephone."],
  recovery: ["Use a recovery code", "This is sensitive: type one of your recovery codes. It will not work again."],
  password: ["Use the password", "This is sensitive: type your password again."],
};

// What may be shown: kinds of factors that count, and how many recovery codes are left.
export const held = { usable: [], left: 0 };

export function made(tag, text, ...children) {
  const element = document.createElement(tag);
  element.append(text, ...children);
  return element;
}

export function button(text, label, work) {
  const element = made("button", text);
  element.type = "button";
  element.ariaLabel = label;
  element.addEventListener("click", () => attempt(work));
  return element;
}

function leave(problem) {
  if (problem.status === 401 || (problem.status === 429 && part("content").hidden)) {
    location.replace("/sign-in");
    return true;
  }
  return false;
}

// Do something; where it needs a fresh proof, ask for that and do it then.
export async function proven(work) {
  try {
    await work();
  } catch (problem) {
    if (problem.code === "step-up-required") {
      stepUp(work);
    } else if (!leave(problem)) {
      throw problem;
    }
  }
}

// The same for what is no form: what goes wrong is said for the whole page.
export async function attempt(work) {
  say("");
  try {
    await proven(work);
  } catch (problem) {
    say(problem.message, true);
    part("state").scrollIntoView({ block: "nearest" });
  }
}

// Whoever has a factor is asked for it, and whoever has none for the password.
function askable() {
  return held.usable.length ? [...held.usable, ...(held.left ? ["recovery"] : [])] : ["password"];
}

export async function stepUp(work, kind = askable()[0]) {
  const [form, input] = [part("step-up-form"), part("step-up-answer")];
  form.reset();
  part("step-up-answer-wrong").textContent = part("step-up-wrong").textContent = "";
  part("step-up-hint").textContent = AGAIN[kind][1];
  part("step-up-label").textContent = kind === "password" ? "Password" : "Code";
  part("step-up-field").hidden = input.disabled = kind === "passkey";
  input.type = kind === "password" ? "password" : "text";
  input.inputMode = kind === "totp" || kind === "sms" ? "numeric" : "text";
  input.autocomplete = kind === "password" ? "current-password" : "one-time-code";
  const others = askable().filter((other) => other !== kind);
  part("step-up-others").replaceChildren(
    ...others.map((other) => button(AGAIN[other][0], null, () => stepUp(work, other))),
  );
  handle(form, async ({ answer }) => {
    try {
      const said = kind === "passkey" ? await passkeyAnswer() : answer;
      await call("POST", `${ME}/step-up`, { kind, answer: said });
    } catch (problem) {
      if (kind !== "passkey") {
        throw problem;
      }
      part("step-up-wrong").textContent = problem.message;
      return;
    }
    part("step-up").close();
    await attempt(work);
  });
  if (!part("step-up").open) {
    part("step-up").showModal();
  }
  input.focus();
  if (kind === "sms") {
    await call("POST", `${ME}/factors/challenge`, { kind }).catch((problem) => blame(input, problem.message));
  }
}

async function passkeyAnswer() {
  return signedByPasskey((await call("POST", `${ME}/factors/challenge`, { kind: "passkey" })).options);
}

export function ago(time) {
  const minutes = Math.round((Date.now() - Date.parse(time)) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (minutes < 2) {
    return "now";
  }
  const hours = Math.round(minutes / 60);
  return minutes < 90 ? words.format(-minutes, "minute") : hours < 36
    ? words.format(-hours, "hour") : new Date(time).toLocaleDateString("en-GB", { dateStyle: "medium" });
}

export async function copied(text) {
  if (!navigator.clipboard) {
    throw new Error("This browser copies nothing from a page without https. Select it, and copy it yourself.");
  }
  await navigator.clipboard.writeText(text);
  say("Copied.");
}

part("step-up-leave").addEventListener("click", () => part("step-up").close());
