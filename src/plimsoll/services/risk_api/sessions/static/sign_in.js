// The token stands after "#", which browsers keep to themselves; it leaves the address bar before anything else.
import { blame, call, forgive, handle, part, rememberTenant, say, signedByPasskey, tenantHere } from "/page.js";

const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname + location.search);
addEventListener("hashchange", () => location.hash && location.reload()); // a link that is opened on this page

// The account comes first: whoever is new has a second factor to add.
function enter() {
  location.replace("/account");
}

// Show one form and no other.
function show(id) {
  for (const form of document.forms) {
    form.hidden = form.id !== id;
  }
  const form = part(id);
  form.reset();
  forgive(form);
  say("");
  form.querySelector("input, button").focus();
  return form;
}

function askForPassword(text = "", bad = false) {
  show("own-form");
  say(text, bad);
}

// What a link is for is asked once; one that is spent leads to the usual sign-in at once, with the reason.
async function askByLink(id, path, done) {
  const spent = (problem) => {
    if (![401, 409, 429].includes(problem.status)) {
      throw problem;
    }
    askForPassword(problem.message, true);
  };
  try {
    const { tenant } = await call("POST", "/sign-in/link", { token });
    rememberTenant(tenant);
    offerTenant(tenant || "");
    handle(show(id), (typed) => call("POST", path, { ...typed, token }).then(done, spent));
    say(tenant ? `This link is for ${tenant}.` : "");
  } catch (problem) {
    try {
      spent(problem);
    } catch {
      say(`${problem.message} Then load this link anew: it stays good.`, true);
    }
  }
}

async function redeem() {
  say("Signing in …");
  try {
    await call("POST", "/sign-in", { token });
    enter();
  } catch (problem) {
    askForPassword(problem.message, true);
  }
}

const KINDS = {
  passkey: ["Use a passkey", "Your device asks for your finger, your face or its PIN."],
  totp: ["Use an authenticator app", "Type the six digits that your authenticator app shows now."],
  sms: ["Send a code by SMS", "Type the six digits that were sent to your telephone."],
  recovery: ["Use a recovery code", "Type one of the recovery codes that you have kept. Each works once."],
};

// The second step: the strongest factor first, the others as buttons.
async function askForFactor(challenge, kinds, kind) {
  const form = show("factor-form");
  const [input, go] = [part("factor-answer"), part("factor-go")];
  part("factor-hint").textContent = KINDS[kind][1];
  part("factor-answer-wrong").textContent = "";
  part("factor-field").hidden = input.disabled = kind === "passkey";
  input.inputMode = kind === "recovery" ? "text" : "numeric";
  go.textContent = kind === "passkey" ? KINDS.passkey[0] : "Sign in";
  part("factor-others").replaceChildren(
    ...kinds
      .filter((other) => other !== kind && KINDS[other])
      .map((other) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "bare";
        button.textContent = KINDS[other][0];
        button.addEventListener("click", () => askForFactor(challenge, kinds, other));
        return button;
      }),
  );
  handle(form, async ({ answer }) => {
    try {
      const said = kind === "passkey" ? await passkeyAnswer(challenge) : answer;
      await call("POST", "/sign-in/factor", { challenge, kind, answer: said });
      enter();
    } catch (problem) {
      if (!/is over/.test(problem.message)) {
        throw problem;
      }
      askForPassword(problem.message, true);
    }
  });
  (kind === "passkey" ? go : input).focus();
  if (kind === "sms") {
    try {
      const sent = await call("POST", "/sign-in/factor/challenge", { challenge, kind });
      say(`A code was sent to ${sent.to}.`);
    } catch (problem) {
      blame(input, problem.message);
    }
  }
}

async function passkeyAnswer(challenge) {
  const asked = await call("POST", "/sign-in/factor/challenge", { challenge, kind: "passkey" });
  return signedByPasskey(asked.options);
}

// People of another tenant have providers of their own.
async function offerProviders(tenant) {
  const query = tenant ? `?tenant=${encodeURIComponent(tenant)}` : "";
  const { items } = await call("GET", `/sign-in/providers${query}`).catch(() => ({ items: [] }));
  if (part("own-tenant").value.trim() !== tenant) {
    return; // another one was named meanwhile
  }
  part("providers").replaceChildren(
    ...items.map(({ name, sign_in }) => {
      const link = document.createElement("a");
      link.className = "button";
      link.href = sign_in;
      link.textContent = `Sign in with ${name}`;
      return link;
    }),
  );
}

handle(part("own-form"), async (typed) => {
  const found = await call("POST", "/sign-in/password", { ...typed, tenant: typed.tenant.trim() });
  rememberTenant(typed.tenant.trim());
  if (found) {
    askForFactor(found.challenge, found.kinds, found.kinds[0]);
  } else {
    enter();
  }
});
handle(part("forgotten-form"), async (typed) => {
  await call("POST", "/sign-in/forgotten", { ...typed, tenant: part("own-tenant").value.trim() });
  askForPassword("If there is an account of this address, a link is on its way to it. It is good for half an hour.");
  part("own-email").value = typed.email;
});
part("forgotten").addEventListener("click", () => {
  const email = part("own-email").value;
  show("forgotten-form");
  part("forgotten-email").value = email;
});
document.querySelector("[data-back]").addEventListener("click", () => askForPassword());

function offerTenant(tenant) {
  part("own-tenant").defaultValue = tenant;
  part("own-tenant").value = tenant;
  part("own-more").open = Boolean(tenant);
  offerProviders(tenant);
}

part("own-tenant").addEventListener("change", () => offerProviders(part("own-tenant").value.trim()));
offerTenant(tenantHere());
const links = {
  plf: () => askByLink("first-form", "/sign-in/first-administrator", enter),
  pli: () => askByLink("invitation-form", "/sign-in/invitation", enter),
  plr: () => askByLink("reset-form", "/sign-in/reset", () => askForPassword("The password is set. Sign in with it.")),
  ple: () =>
    askByLink("email-form", "/sign-in/email", () => askForPassword("The address is yours. Sign in with it.")),
};
const known = links[token.slice(0, token.indexOf("_"))];
if (known && token[3] === "_") {
  known();
} else if (token) {
  redeem();
} else {
  askForPassword();
}
