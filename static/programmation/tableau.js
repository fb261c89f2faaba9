/* The instruction table by keyboard, and the count of what is chosen. Everything works without this file. */

const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR", maximumFractionDigits: 0 });

function lignes() {
  return [...document.querySelectorAll("[data-tableau] tbody tr[data-url]")];
}

function toutesLesCases() {
  return lignes().map((ligne) => ligne.querySelector("input[name=numero]")).filter(Boolean);
}

function compter() {
  const cases = toutesLesCases();
  const tout = document.querySelector("[data-toute-la-page]");
  if (tout) {
    const choisies = cases.filter((caseACocher) => caseACocher.checked).length;
    tout.hidden = cases.length === 0;
    tout.checked = choisies > 0 && choisies === cases.length;
    tout.indeterminate = choisies > 0 && choisies < cases.length;
  }
  const cochees = lignes().filter((ligne) => ligne.querySelector("input:checked"));
  const nombre = document.querySelector("[data-nombre-selection]");
  const total = document.querySelector("[data-total-selection]");
  if (!nombre || !total) return;
  const [un, plusieurs] = (nombre.dataset.unite ?? "dossier choisi|dossiers choisis").split("|");
  nombre.textContent = cochees.length
    ? `${cochees.length} ${cochees.length > 1 ? plusieurs : un}`
    : (nombre.dataset.vide ?? "Cochez des dossiers");
  const somme = cochees.reduce((somme, ligne) => somme + Number(ligne.dataset.montant || 0), 0);
  total.textContent = cochees.length ? `· ${euros.format(somme)} ${total.dataset.suffixe ?? "proposés"}` : "";
}

function aller(ligne) {
  ligne?.querySelector("th a")?.focus();
}

document.addEventListener("change", (evenement) => {
  if (evenement.target.matches("[data-toute-la-page]")) {
    toutesLesCases().forEach((caseACocher) => (caseACocher.checked = evenement.target.checked));
    compter();
  } else if (evenement.target.matches("[data-tableau] input[name=numero]")) compter();
});

document.addEventListener("keydown", (evenement) => {
  const ligne = evenement.target.closest?.("[data-tableau] tbody tr[data-url]");
  if (!ligne || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target.matches("input:not([type=checkbox])")) return;
  const toutes = lignes();
  const rang = toutes.indexOf(ligne);
  if (evenement.key === "ArrowDown") aller(toutes[rang + 1]);
  else if (evenement.key === "ArrowUp") aller(toutes[rang - 1]);
  else if (evenement.key === "x") {
    const caseACocher = ligne.querySelector("input[name=numero]");
    if (!caseACocher) return;
    caseACocher.checked = !caseACocher.checked;
    compter();
  } else if (evenement.key === "Enter" && evenement.target.matches("input")) {
    window.location.assign(ligne.dataset.url);
  } else return;
  evenement.preventDefault();
});

document.addEventListener("htmx:after:swap", compter);
compter();
