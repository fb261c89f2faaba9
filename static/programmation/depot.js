// Puts beside each field what the last save said of it, and saves in the order of typing. Without this script, the list
// above the form says it.

const formulaire = document.querySelector("[data-saisie]");

function bloc(champ) {
  return champ.closest(".champ, .ligne-saisie, .indicateur-cible");
}

function oublier() {
  for (const ancienne of formulaire.querySelectorAll(".champ-erreur")) ancienne.remove();
  for (const fautif of formulaire.querySelectorAll(".en-erreur")) fautif.classList.remove("en-erreur");
  for (const champ of formulaire.querySelectorAll("[aria-invalid]")) champ.removeAttribute("aria-invalid");
}

function dire(champ, texte) {
  const erreur = document.createElement("p");
  erreur.className = "champ-erreur";
  erreur.id = `${champ.id}_error`;
  erreur.textContent = texte;
  champ.setAttribute("aria-invalid", "true");
  champ.setAttribute("aria-describedby", erreur.id);
  bloc(champ)?.classList.add("en-erreur");
  bloc(champ)?.append(erreur);
}

document.addEventListener("htmx:after:swap", () => {
  if (!formulaire) return;
  oublier();
  for (const ligne of formulaire.querySelectorAll("#enregistrement [data-champ]")) {
    const champ = document.getElementById(ligne.dataset.champ);
    if (champ) dire(champ, ligne.dataset.message);
  }
});

// A page left by its button waits for the saves already sent: read after it, one of them would put older answers back.
const ATTENTE = 5000; // milliseconds, after which the page leaves anyway
let envois = 0;
let bouton = null;

function partir() {
  const choisi = bouton;
  bouton = null;
  if (choisi) formulaire.requestSubmit(choisi);
}

formulaire?.addEventListener("htmx:before:request", () => {
  envois += 1;
});

formulaire?.addEventListener("htmx:finally:request", () => {
  envois -= 1;
  // The save that was waiting for this one is sent first.
  setTimeout(() => envois === 0 && partir());
});

formulaire?.addEventListener("submit", (evenement) => {
  if (envois === 0) return;
  evenement.preventDefault();
  bouton = evenement.submitter;
  setTimeout(() => {
    envois = 0;
    partir();
  }, ATTENTE);
});
