// The rows of an act: one decision for all, and the sum of what is voted, as it is typed.

const formulaire = document.querySelector("[data-lignes-d-acte]");
const barre = formulaire?.querySelector("[data-tout-choisir]");
const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR", trailingZeroDisplay: "stripIfInteger" });

function montant(texte) {
  return Number(texte.replace(/[\s\u00a0\u202f€]/g, "").replace(",", ".")) || 0;
}

function compter() {
  let lignes = 0;
  let somme = 0;
  for (const rangee of formulaire.querySelectorAll("tbody tr")) {
    if (rangee.querySelector("select").value !== "vote") continue;
    lignes += 1;
    somme += montant(rangee.querySelector("input[inputmode=decimal]").value);
  }
  barre.querySelector("[data-somme]").textContent = `${lignes} ${lignes > 1 ? "lignes votées" : "ligne votée"}, ${euros.format(somme)}`;
}

if (barre) {
  barre.hidden = false;
  barre.addEventListener("click", (evenement) => {
    const bouton = evenement.target.closest("[data-decision]");
    if (!bouton) return;
    for (const choix of formulaire.querySelectorAll("tbody select")) choix.value = bouton.dataset.decision;
    compter();
  });
  formulaire.addEventListener("input", compter);
  compter();
}
