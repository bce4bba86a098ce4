// The token stands after "#", which browsers keep to themselves; it leaves the address bar before anything else.
"use strict";
const state = document.getElementById("state");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
fetch("/sign-in", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ token }),
})
  .then((answer) => {
    if (answer.ok) {
      location.replace("/api/v1/docs");
    } else {
      state.textContent = "The link was used already or is too old. `plimsoll up` prints a new one.";
    }
  })
  .catch(() => {
    state.textContent = "The server does not answer.";
  });
