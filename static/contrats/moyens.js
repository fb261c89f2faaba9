/* The table of means: arrows move from box to box, each line shows the sum of its known euros. Without this file the form
   works the same, the sums aside. */

const grille = document.querySelector("[data-grille]");

/* The euros that a box says, NaN when it says something else. */
function euros(texte) {
  const nombre = texte.replace(/[\s\u00a0\u202f€]/g, "").replace(",", ".");
  return nombre === "" ? NaN : Number(nombre);
}

function totaliser(ligne) {
  const connus = [...ligne.querySelectorAll("[data-case]")].map((c) => euros(c.value)).filter(Number.isFinite);
  const total = connus.reduce((somme, montant) => somme + montant, 0);
  const entier = Number.isInteger(total);
  ligne.querySelector("[data-total]").textContent = connus.length
    ? total.toLocaleString("fr-FR", { minimumFractionDigits: entier ? 0 : 2, maximumFractionDigits: 2 })
    : "—";
}

function voisine(champ, touche) {
  const ligne = champ.closest("[data-ligne]");
  const rang = [...ligne.querySelectorAll("input")].indexOf(champ);
  const autre = touche === "ArrowUp" ? ligne.previousElementSibling : ligne.nextElementSibling;
  return autre?.querySelectorAll("input")[rang];
}

if (grille) {
  grille.querySelectorAll("[data-ligne]").forEach(totaliser);
  grille.addEventListener("input", ({ target }) => {
    if (target.matches("[data-case]")) totaliser(target.closest("[data-ligne]"));
  });
  grille.addEventListener("keydown", (evenement) => {
    const { target, key } = evenement;
    if (!["ArrowUp", "ArrowDown"].includes(key) || !target.closest("[data-ligne]")) return;
    evenement.preventDefault();
    const cible = voisine(target, key);
    cible?.focus();
    cible?.select();
  });
}
