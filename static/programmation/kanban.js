/* Cards carried from a column to another: what their menu offers, and nothing else. Without this file, the menu is enough. */

let carte = null;

const entrees = (de) => [...de.querySelectorAll("[data-vers]")];

function annoncer(texte) {
  const zone = document.querySelector("[data-annonce-kanban]");
  if (!zone) return;
  zone.hidden = !texte;
  zone.textContent = texte;
}

/* Do what the card's menu offers for this column, or say where it may go. */
function deplacer(quoi, colonne) {
  if (quoi.dataset.etat === colonne.dataset.colonne) return;
  const entree = entrees(quoi).find((candidate) => candidate.dataset.vers === colonne.dataset.colonne);
  if (!entree) {
    annoncer(`Pas vers « ${colonne.dataset.libelle} ». ${quoi.dataset.suites}`);
    return;
  }
  annoncer("");
  if (entree.matches("form")) entree.requestSubmit();
  else entree.click();
}

function relacher() {
  carte?.classList.remove("en-main");
  carte = null;
  for (const colonne of document.querySelectorAll(".kanban-colonne")) colonne.classList.remove("permise", "interdite");
}

document.addEventListener("dragstart", (evenement) => {
  carte = evenement.target.closest?.("[data-carte]");
  if (!carte) return;
  evenement.dataTransfer.effectAllowed = "move";
  evenement.dataTransfer.setData("text/plain", carte.querySelector(".kanban-numero").textContent.trim());
  carte.classList.add("en-main");
  const permises = new Set(entrees(carte).map((entree) => entree.dataset.vers));
  for (const colonne of document.querySelectorAll("[data-colonne]")) {
    if (colonne.dataset.colonne === carte.dataset.etat) continue;
    colonne.classList.add(permises.has(colonne.dataset.colonne) ? "permise" : "interdite");
  }
});

document.addEventListener("dragover", (evenement) => {
  if (carte && evenement.target.closest?.("[data-colonne]")) evenement.preventDefault();
});

document.addEventListener("drop", (evenement) => {
  const colonne = evenement.target.closest?.("[data-colonne]");
  if (!carte || !colonne) return;
  evenement.preventDefault();
  const quoi = carte;
  relacher();
  deplacer(quoi, colonne);
});

document.addEventListener("dragend", relacher);

/* Arrows walk the cards; with Shift, they carry the card to the next column. */
document.addEventListener("keydown", (evenement) => {
  const ici = evenement.target.closest?.("[data-carte]");
  if (!ici || !evenement.target.matches(".kanban-numero a") || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  const colonne = ici.closest("[data-colonne]");
  const colonnes = [...document.querySelectorAll("[data-colonne]")];
  const voisine = { ArrowRight: 1, ArrowLeft: -1 }[evenement.key];
  const suivante = { ArrowDown: 1, ArrowUp: -1 }[evenement.key];
  if (voisine && evenement.shiftKey) {
    const cible = colonnes[colonnes.indexOf(colonne) + voisine];
    if (cible) deplacer(ici, cible);
  } else if (voisine) {
    const reste = voisine > 0 ? colonnes.slice(colonnes.indexOf(colonne) + 1) : colonnes.slice(0, colonnes.indexOf(colonne)).reverse();
    reste.find((autre) => autre.querySelector("[data-carte]"))?.querySelector(".kanban-numero a").focus();
  } else if (suivante && !evenement.shiftKey) {
    const cartes = [...colonne.querySelectorAll("[data-carte]")];
    cartes[cartes.indexOf(ici) + suivante]?.querySelector(".kanban-numero a").focus();
  } else if (evenement.key === "m") {
    const menu = ici.querySelector("details");
    if (menu) {
      menu.open = true;
      menu.querySelector(".menu-entree").focus();
    } else annoncer(ici.dataset.suites);
  } else return;
  evenement.preventDefault();
});
