// After a part of the page is refreshed, the keyboard stays where the person was working: data-foyer names the element.

document.addEventListener("htmx:after:swap", () => {
  const foyer = document.querySelector("[data-foyer]");
  if (!foyer) return;
  const cible = document.getElementById(foyer.dataset.foyer);
  foyer.removeAttribute("data-foyer");
  (cible?.disabled ? cible.closest("[data-repli-foyer]")?.querySelector("a, button:not(:disabled)") : cible)?.focus();
});
