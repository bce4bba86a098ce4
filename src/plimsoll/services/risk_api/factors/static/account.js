// Whoever is signed in: what they have beside their password, the password itself, and where they are signed in.
import { NO_PASSKEYS, call, handle, part, say } from "/page.js";
import { showPrograms } from "/programs.js";
import { ago, attempt, button, copied, held, made, stepUp } from "/step-up.js";

const ME = "/api/v1/me";
const FACTORS = `${ME}/factors`;
const KINDS = { totp: "Authenticator app", passkey: "Passkey", sms: "Codes by SMS" };
const PROVIDERS_OWN = "provider-mfa"; // what a provider of single sign-on says who has asked for two factors
// What a browser calls itself is long; two words of it tell one from another.
function device(agent) {
  const browsers = ["Edg", "OPR", "Firefox", "HeadlessChrome", "Chrome", "Safari"];
  const systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux"];
  const found = [browsers, systems].map((names) => names.find((name) => agent.includes(name)));
  const called = { Edg: "Edge", OPR: "Opera", HeadlessChrome: "Chrome", "Mac OS": "macOS", CrOS: "ChromeOS" };
  const [browser, system] = found.map((name) => called[name] || name);
  return browser ? `${browser}${system ? ` on ${system}` : ""}` : agent.slice(0, 60) || "A program";
}

async function showFactors() {
  const found = await call("GET", FACTORS);
  const counts = found.items.filter((factor) => factor.confirmed_at && !factor.suspended_at);
  held.left = found.recovery_codes;
  held.usable = ["passkey", "totp", "sms"].filter((kind) => counts.some((factor) => factor.kind === kind));
  part("factors").replaceChildren(
    ...found.items.filter((factor) => factor.confirmed_at).map((factor) => {
      const name = factor.name === KINDS[factor.kind] ? factor.name : `${KINDS[factor.kind]}: ${factor.name}`;
      const state = factor.suspended_at
        ? "Out of use: it may have been copied. Remove it and add it anew."
        : `Since ${new Date(factor.created_at).toLocaleDateString("en-GB", { dateStyle: "medium" })}` +
          (factor.used_at ? `, last used ${ago(factor.used_at)}` : "");
      const about = made("div", made("strong", name), made("span", state));
      about.lastChild.className = "hint";
      return made("li", about, button("Remove", `Remove ${name}`, async () => {
        await call("DELETE", `${FACTORS}/${factor.id}`);
        await showFactors();
        say(`${name} removed.`);
      }));
    }),
  );
  part("factors-say").textContent = held.usable.length
    ? "Beside your password one of these is asked for when you sign in."
    : "You have none yet: whoever learns your password is in. Administrators can do nothing else before they have one.";
  part("mine").classList.toggle("call", !held.usable.length);
  part("add-app").classList.toggle("first", !held.usable.length);
  part("recovery").hidden = !held.usable.length;
  part("codes-left").textContent =
    `${found.recovery_codes} of 10 are left. Each lets you in once if you lose everything else; new ones end the old ones.`;
}

async function showSessions() {
  const { items } = await call("GET", `${ME}/sessions`);
  part("sessions").replaceChildren(
    ...items.map((session) => {
      const what = device(session.agent);
      const where = made("span", `${session.address}, used ${ago(session.seen_at)}`);
      where.className = "hint";
      const mark = made("span", "This browser");
      mark.className = "mark";
      const end = button("End", `End the session of ${what}`, async () => {
        await call("POST", `${ME}/sessions/${session.id}/end`);
        await showSessions();
      });
      return made("li", made("div", made("strong", what), where), session.current ? mark : end);
    }),
  );
  part("end-others").parentElement.hidden = items.length < 2;
}

function showCodes(codes) {
  if (codes.length) {
    part("code-list").replaceChildren(...codes.map((code) => made("li", made("code", code))));
    part("codes").hidden = false;
    part("codes-title").focus();
  }
}

async function added({ factor, recovery_codes }) {
  await begin(); // who has a factor may do more
  say(`${KINDS[factor.kind]} added.`);
  showCodes(recovery_codes);
}

function leaveApp() {
  part("app-form").hidden = true;
  part("add-buttons").hidden = false;
  part("qr").replaceChildren();
  part("secret").textContent = "";
  part("app-link").removeAttribute("href");
}

async function addApp() {
  const begun = await call("POST", `${FACTORS}/totp`, { name: KINDS.totp });
  // The one picture that comes as markup is taken apart by a parser that runs nothing.
  part("qr").replaceChildren(new DOMParser().parseFromString(begun.qr, "text/html").querySelector("svg"));
  part("app-link").href = begun.uri; // a telephone cannot scan its own screen
  part("secret").textContent = begun.secret.replace(/(.{4})/g, "$1 ").trim();
  const form = part("app-form");
  form.reset();
  form.hidden = false;
  part("add-buttons").hidden = true;
  part("app-code").focus();
  handle(form, async ({ code }) => {
    const done = await call("POST", `${FACTORS}/${begun.factor.id}/confirm`, { code: code.replace(/\s/g, "") });
    leaveApp();
    await added(done);
  });
}

async function addPasskey() {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    throw new Error(NO_PASSKEYS);
  }
  const { options } = await call("POST", `${FACTORS}/passkeys/options`);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const asked = navigator.credentials.create({ publicKey }).catch(() => {
    throw new Error("The passkey was not made. Try again, or add an authenticator app.");
  });
  const credential = (await asked).toJSON();
  await added(await call("POST", `${FACTORS}/passkeys`, { name: device(navigator.userAgent), credential }));
}

async function begin() {
  const me = await call("GET", ME);
  part("who").textContent = [me.name, me.email].filter(Boolean).join(", ");
  part("word-of").value = me.email || "";
  for (const id of me.kind === "user" ? ["machine"] : ["mine", "word-form", "browsers"]) {
    part(id).hidden = true;
  }
  part("machine").hidden = me.kind === "user";
  if (me.kind === "user") {
    await Promise.all([showFactors(), showSessions()]);
  }
  await showPrograms(me);
  part("content").hidden = false;
  const shown = [...held.usable, "recovery", PROVIDERS_OWN].some((kind) => me.factors.includes(kind));
  part("show-factor").parentElement.hidden = !held.usable.length || shown;
}

part("show-factor").addEventListener("click", () => stepUp(begin));
part("add-app").addEventListener("click", () => attempt(addApp));
part("add-passkey").addEventListener("click", () => attempt(addPasskey));
part("app-leave").addEventListener("click", () => {
  leaveApp();
  part("add-app").focus();
});
part("new-codes").addEventListener("click", () =>
  attempt(async () => {
    const { codes } = await call("POST", `${FACTORS}/recovery-codes`);
    await showFactors();
    showCodes(codes);
  }),
);
part("codes-copy").addEventListener("click", () =>
  attempt(async () => {
    await copied([...part("code-list").children].map((line) => line.textContent).join("\n"));
  }),
);
part("codes-print").addEventListener("click", () => print());
part("codes-kept").addEventListener("click", () => {
  part("code-list").replaceChildren();
  part("codes").hidden = true;
  say("");
  part("add-passkey").focus();
});
part("end-others").addEventListener("click", () =>
  attempt(async () => {
    await call("POST", `${ME}/sessions/end-others`);
    await showSessions();
    say("All other sessions are over.");
  }),
);
handle(part("word-form"), async ({ current, chosen }) => {
  await call("POST", `${ME}/password`, { current, chosen });
  part("word-form").reset();
  await showSessions();
  say("The password is changed, and all other sessions are over.");
});
attempt(begin);
