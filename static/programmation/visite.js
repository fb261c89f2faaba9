// Tells the server that the file is under the reader's eyes: next time, what changed since will be shown.
// Without a script nothing is kept, and nothing is shown as new.

const visite = document.querySelector("form[data-visite]");

function dire() {
  navigator.sendBeacon(visite.action, new FormData(visite));
}

if (visite && document.visibilityState === "visible") {
  dire();
} else if (visite) {
  document.addEventListener("visibilitychange", dire, { once: true });
}
