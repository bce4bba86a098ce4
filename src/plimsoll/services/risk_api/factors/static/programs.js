// Programs and their API keys, for whoever may see them: made, shown once, revoked.
import { call, handle, part, say } from "/page.js";
import { ago, attempt, button, copied, made, proven } from "/step-up.js";

const API = "/api/v1";
const NEW = ""; // the choice of a program that is not there yet
let me; // who looks
let accounts = [];
let roles = []; // those that a program may hold

const may = (permission) => me.permissions.includes(permission);
const day = (time) => new Date(time).toLocaleDateString("en-GB", { dateStyle: "medium" });

async function all(path) {
  const found = [];
  for (let next = `${API}${path}`; next; ) {
    const page = await call("GET", next);
    found.push(...page.items);
    next = page.next;
  }
  return found;
}

function quiet(text) {
  const line = made("span", text);
  line.className = "hint";
  return line;
}

const over = (key) => (key.revoked_at ? "Revoked" : Date.parse(key.expires_at) <= Date.now() ? "Ended" : "");

function listed(account, key) {
  const what = [
    key.prefix && `${key.prefix}…`,
    key.canary && "bait: its use raises an alarm",
    key.last_used_at ? `last used ${ago(key.last_used_at)}` : "never used",
    `${over(key) === "Ended" ? "ended" : "ends"} ${day(key.expires_at)}`,
    key.portfolios && `on ${key.portfolios.length} portfolios and below`,
    key.desks && `on what ${key.desks.length} desks own`,
    `may do ${key.permissions ? key.permissions.join(", ") || "nothing" : "all that its program may"}`,
  ];
  const about = made("div", made("strong", key.name), quiet(what.filter(Boolean).join(" · ")));
  const end = over(key) ? quiet(over(key)) : may("keys:write") ? revoker(`${key.name} of ${account.name}`, key) : "";
  return made("li", about, end);
}

// What is for good is asked for twice.
function revoker(name, key) {
  let sure = false;
  const end = button("Revoke", `Revoke ${name}`, async () => {
    if (!sure) {
      sure = true;
      end.textContent = "Revoke for good";
      end.ariaLabel = `Revoke ${name} for good`;
      say(`Whatever uses ${name} is shut out at once, and for good. Press again to do it.`);
      return;
    }
    await call("POST", `${API}/api-keys/${key.id}/revoke`);
    await showPrograms(me);
    part("programs-title").focus();
    say(`${name} is revoked.`);
  });
  end.addEventListener("blur", () => {
    sure = false;
    end.textContent = "Revoke";
    end.ariaLabel = `Revoke ${name}`;
  });
  return end;
}

function list(items) {
  const lines = made("ul", "", ...items);
  lines.className = "list";
  return lines;
}

function program(account, keys) {
  const [gone, inUse] = [keys.filter(over), keys.filter((key) => !over(key))];
  const parts = [made("h3", account.name)];
  const able = account.permissions.length ? `May do ${account.permissions.join(", ")}.` : "May do nothing yet: give it a role.";
  parts.push(made("p", quiet(account.disabled_at ? "Disabled: its keys open nothing." : able)));
  parts.push(inUse.length ? list(inUse.map((key) => listed(account, key))) : made("p", quiet("No key is in use.")));
  if (gone.length) {
    const past = made("details", made("summary", `Revoked or ended: ${gone.length}`));
    past.append(list(gone.map((key) => listed(account, key))));
    parts.push(past);
  }
  return made("div", "", ...parts);
}

export async function showPrograms(viewer) {
  me = viewer;
  part("programs").hidden = !(may("accounts:read") && may("keys:read"));
  if (part("programs").hidden) {
    return;
  }
  let keys;
  [accounts, keys] = await Promise.all([all("/service-accounts"), all("/api-keys")]);
  part("program-list").replaceChildren(
    ...accounts.map((account) => program(account, keys.filter((key) => key.account_id === account.id))),
  );
  part("key-open").parentElement.hidden = !may("keys:write") || !part("key-form").hidden;
}

const chosen = () => accounts.find((account) => account.id === part("key-account").value);

// What is asked depends on the program, and what the key may do on it or on its role.
function suit() {
  const account = chosen();
  part("key-new").hidden = part("key-program").disabled = Boolean(account);
  const able = account || roles.find((role) => role.name === part("key-role").value) || { permissions: [] };
  part("key-some").open = false;
  part("key-may").replaceChildren(
    ...able.permissions.map((permission) => {
      const tick = made("input", "");
      tick.type = "checkbox";
      tick.value = permission;
      return made("label", tick, permission);
    }),
  );
  part("key-some").hidden = !able.permissions.length;
}

function option(value, text) {
  const choice = made("option", text);
  choice.value = value;
  return choice;
}

async function open() {
  const makes = ["accounts:write", "grants:write", "roles:read"].every(may);
  roles = makes ? (await call("GET", `${API}/roles`)).items.filter((role) => !role.privileged) : [];
  part("key-form").reset();
  const living = accounts.filter((account) => !account.disabled_at);
  part("key-account").replaceChildren(...living.map((account) => option(account.id, account.name)));
  if (makes) {
    part("key-account").append(option(NEW, "A new program"));
    const own = (role) => /^account:/.test(role.name); // what another program was made with
    part("key-role").replaceChildren(...roles.filter((role) => !own(role)).map((role) => option(role.name, role.name)));
  }
  if (!part("key-account").length) {
    throw new Error("There is no program that could have a key. Somebody who may make one makes it first.");
  }
  part("key-account-field").hidden = part("key-account").length === 1;
  part("key-form").hidden = false;
  part("key-open").parentElement.hidden = true;
  suit();
  (living.length ? part("key-account") : part("key-program")).focus();
}

function leave() {
  part("key-form").hidden = true;
  part("key-open").parentElement.hidden = false;
}

async function newProgram(name, role) {
  const account = await call("POST", `${API}/service-accounts`, { name });
  const holder = { kind: "account", id: account.id };
  await call("POST", `${API}/grants`, { holder, role, comment: "Given when it was made" });
  return account;
}

function showKey(account, key) {
  part("made-key-title").textContent = `The key of ${account.name}: ${key.name}`;
  part("made-key-text").textContent = key.key;
  part("made-key").hidden = false;
  part("made-key-title").focus();
}

part("key-open").addEventListener("click", () => attempt(open));
part("key-leave").addEventListener("click", () => {
  leave();
  part("key-open").focus();
});
part("key-account").addEventListener("change", suit);
part("key-role").addEventListener("change", suit);
part("made-key-copy").addEventListener("click", () => attempt(() => copied(part("made-key-text").textContent)));
part("made-key-kept").addEventListener("click", () => {
  part("made-key-title").textContent = part("made-key-text").textContent = "";
  part("made-key").hidden = true;
  say("");
  part("key-open").focus();
});
handle(part("key-form"), ({ program, role, name, days }) => {
  const ticks = [...part("key-may").querySelectorAll(":checked")].map((tick) => tick.value);
  return proven(async () => {
    const account = chosen() || (await newProgram(program, role));
    const wanted = { name, days: Number(days), permissions: ticks.length ? ticks : null };
    const key = await call("POST", `${API}/service-accounts/${account.id}/keys`, wanted);
    leave();
    await showPrograms(me);
    showKey(account, key);
  });
});
