// Shows of each target only the fields that its kind uses, and says in words what the kind means.
// Without this script every field stays in sight: nothing is lost.

const guides = JSON.parse(document.getElementById("guides-cibles").textContent);

function ajuster(cible) {
  const guide = guides[cible.querySelector("select[name$='-type']").value];
  const aide = cible.querySelector("[data-aide]");
  aide.hidden = !guide;
  aide.textContent = guide ? `${guide.explication} Exemple : ${guide.exemple}.` : "";
  for (const bloc of cible.querySelectorAll("[data-champ]")) {
    const rempli = [...bloc.querySelectorAll("input, select")].some((champ) => champ.value);
    const fautif = bloc.querySelector(".en-erreur") !== null;
    bloc.hidden = !guide ? !rempli : ![...guide.champs, "source"].includes(bloc.dataset.champ) && !fautif;
  }
}

for (const cible of document.querySelectorAll("[data-cible]")) {
  ajuster(cible);
  cible.querySelector("select[name$='-type']").addEventListener("change", () => ajuster(cible));
}
