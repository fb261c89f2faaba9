// The left column reduced to its icons, and keyboard shortcuts declared by data-raccourci.

const racine = document.documentElement;
const bascule = document.querySelector("[data-bascule-navigation]");

function montrerEtat() {
  const reduite = racine.dataset.navigation === "reduite";
  bascule.setAttribute("aria-pressed", String(reduite));
  // Only the icons are left: the name of each is then given by a tooltip.
  for (const lien of document.querySelectorAll(".navigation-lien")) {
    if (reduite) lien.title = lien.dataset.titre;
    else lien.removeAttribute("title");
  }
}

if (bascule) {
  bascule.hidden = false;
  montrerEtat();
  bascule.addEventListener("click", () => {
    const reduite = racine.dataset.navigation !== "reduite";
    if (reduite) racine.dataset.navigation = "reduite";
    else delete racine.dataset.navigation;
    // A cookie and not local storage: the server then sends the page in its final shape.
    document.cookie = `navigation=${reduite ? "reduite" : "large"}; path=/; max-age=31536000; samesite=lax`;
    montrerEtat();
  });
}

document.addEventListener("keydown", (evenement) => {
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const cible = document.querySelector(`[data-raccourci="${CSS.escape(evenement.key)}"]`);
  if (!cible) return;
  evenement.preventDefault();
  cible.focus();
  cible.select?.();
});
