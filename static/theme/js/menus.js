// <details data-menu>: closed by Escape, by a click elsewhere or by leaving it; arrows walk its entries.

const ouverts = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (evenement) => {
  for (const menu of ouverts()) if (!menu.contains(evenement.target)) menu.open = false;
});

document.addEventListener("focusin", (evenement) => {
  for (const menu of ouverts()) if (!menu.contains(evenement.target)) menu.open = false;
});

document.addEventListener("keydown", (evenement) => {
  const menu = evenement.target.closest("details[data-menu]");
  if (!menu) return;
  if (evenement.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (evenement.key !== "ArrowDown" && evenement.key !== "ArrowUp") return;
  evenement.preventDefault();
  menu.open = true;
  const entrees = [...menu.querySelectorAll("a[href], button:not([disabled])")];
  const pas = evenement.key === "ArrowDown" ? 1 : -1;
  const rang = entrees.indexOf(document.activeElement);
  entrees.at(rang < 0 ? (pas > 0 ? 0 : -1) : (rang + pas) % entrees.length)?.focus();
});
