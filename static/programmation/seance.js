/* A session by keyboard: keys do what the page's own links and buttons do. Without this file everything stays at hand. */

const SAISIE = "input, textarea, select, [contenteditable]";

/* Tell the server which file is under the room's eyes: the projected screen follows. */
const montrer = document.querySelector("form[data-montrer]");
if (montrer) navigator.sendBeacon(montrer.action, new FormData(montrer));

function montantDe(texte) {
  const nombre = Number(texte.replace(/[\s\u00a0\u202f€]/g, "").replace(",", "."));
  return Number.isFinite(nombre) ? nombre : 0;
}

/* The total of what is being typed, at once. */
const total = document.querySelector("[data-total-retenu]");
const champs = [...document.querySelectorAll("[data-seance] input[name^=montant_]")];
const ecrire = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 2 });

function totaliser() {
  if (total && champs.length) total.textContent = ecrire.format(champs.reduce((t, champ) => t + montantDe(champ.value), 0));
}

document.addEventListener("input", (evenement) => {
  if (champs.includes(evenement.target)) totaliser();
});
totaliser();

document.addEventListener("keydown", (evenement) => {
  if (evenement.key === "Escape" && evenement.target.matches?.(SAISIE)) {
    evenement.target.blur();
    return;
  }
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey || evenement.target.matches?.(SAISIE)) return;
  if (document.querySelector("dialog[open]")) return;
  const cible = document.querySelector(`[data-touche="${CSS.escape(evenement.key.length === 1 ? evenement.key.toLowerCase() : evenement.key)}"]`);
  if (!cible) return;
  evenement.preventDefault();
  if (cible.matches("input")) cible.focus();
  else cible.click();
});
