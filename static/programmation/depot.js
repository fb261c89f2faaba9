// Puts beside each field what the last save said of it. Without this script, the list above the form says it.

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
