// The rows of an act: one decision for all those of a table, and the sum of what is voted, as it is typed.

const formulaire = document.querySelector("[data-lignes-d-acte]");
const votes = formulaire?.querySelector("[data-tout-choisir]");
const refus = formulaire?.querySelector("[data-tout-refuser]");
const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR", trailingZeroDisplay: "stripIfInteger" });

function montant(texte) {
  return Number(texte.replace(/[\s\u00a0\u202f€]/g, "").replace(",", ".")) || 0;
}

// The decisions of the table that a bar of buttons is about: the first one after it.
function choix(barre) {
  const tableaux = [...formulaire.querySelectorAll("table")];
  const suivant = tableaux.find((tableau) => barre.compareDocumentPosition(tableau) & Node.DOCUMENT_POSITION_FOLLOWING);
  return [...suivant.querySelectorAll("tbody select")];
}

function compter() {
  if (votes) {
    const votees = choix(votes).filter((liste) => liste.value === "vote").map((liste) => liste.closest("tr"));
    const somme = votees.reduce((total, rangee) => total + montant(rangee.querySelector("input[inputmode=decimal]").value), 0);
    votes.querySelector("[data-somme]").textContent = `${votees.length} ${votees.length > 1 ? "lignes votées" : "ligne votée"}, ${euros.format(somme)}`;
  }
  if (refus) {
    const nombre = choix(refus).filter((liste) => liste.value === "refus").length;
    refus.querySelector("[data-nombre]").textContent = `${nombre} ${nombre > 1 ? "demandes refusées" : "demande refusée"}`;
  }
}

for (const barre of [votes, refus]) {
  if (!barre) continue;
  barre.hidden = false;
  barre.addEventListener("click", (evenement) => {
    const bouton = evenement.target.closest("[data-decision]");
    if (!bouton) return;
    for (const liste of choix(barre)) liste.value = bouton.dataset.decision;
    compter();
  });
}
if (formulaire) {
  formulaire.addEventListener("input", compter);
  compter();
}
