/* Cells of one's own columns, typed in the table. Each is saved when left; a refused one stays open with what was typed.
   Without this file, each cell is a link to the page of its act. */

const EDITABLE = "[data-tableau] a[data-saisie]";
const envois = new Map(); // request → its last save: those of one row go one after the other

const bandeau = () => document.querySelector("[data-saisie-pour]");
const cle = (champ) => `[data-saisie="${champ.dataset.saisie}"][data-champ="${champ.dataset.champ}"]`;
const editables = () => [...document.querySelectorAll("[data-tableau] [data-saisie]")];

function annoncer(texte) {
  const zone = document.querySelector("[data-annonce-saisie]");
  if (zone) zone.textContent = texte;
}

/* The input that takes the place of a cell's link; it carries the same data, so that it is found alike. */
function ouvrir(lien, { valeur = lien.dataset.brut, fautif = false } = {}) {
  const long = lien.dataset.champ === "conditions";
  const champ = document.createElement(long ? "textarea" : "input");
  if (long) champ.rows = 2;
  else champ.type = "text";
  if (lien.dataset.champ === "montant") champ.inputMode = "decimal";
  Object.assign(champ.dataset, lien.dataset);
  champ.className = "form-control form-control-sm champ-saisie";
  champ.value = valeur;
  champ.setAttribute("aria-label", lien.dataset.libelleSaisie);
  if (fautif) {
    champ.setAttribute("aria-invalid", "true");
    champ.setAttribute("aria-describedby", `erreur-${lien.dataset.champ}-${lien.dataset.saisie}`);
    champ.dataset.refuse = valeur;
  }
  champ.lienPrecedent = lien;
  lien.replaceWith(champ);
  return champ;
}

function editer(lien) {
  const champ = ouvrir(lien);
  champ.focus();
  champ.select();
}

function fermer(champ) {
  champ.ferme = true;
  champ.closest("td")?.querySelector(`#erreur-${champ.dataset.champ}-${champ.dataset.saisie}`)?.remove();
  const lien = champ.lienPrecedent;
  champ.replaceWith(lien);
  return lien;
}

function voisin(champ, pas) {
  const tous = editables();
  return tous[tous.findIndex((autre) => autre.matches(cle(champ))) + pas];
}

function enDessous(champ, pas) {
  const semblables = editables().filter((autre) => autre.dataset.champ === champ.dataset.champ);
  return semblables[semblables.findIndex((autre) => autre.matches(cle(champ))) + pas];
}

function aller(cible, { editant }) {
  if (!cible) return;
  if (editant && cible.matches("a")) editer(cible);
  else cible.focus();
}

/* Save a field that was left; nothing typed, nothing sent. */
function quitter(champ) {
  if (champ.ferme) return;
  const valeur = champ.value;
  if (valeur.trim() === champ.dataset.brut.trim() && !("refuse" in champ.dataset)) {
    fermer(champ);
    return;
  }
  if (champ.dataset.refuse === valeur && !champ.insiste) return; // refused as it stands: it waits for a correction
  champ.ferme = true;
  champ.classList.add("en-envoi");
  const numero = champ.dataset.saisie;
  const avant = envois.get(numero) ?? Promise.resolve();
  envois.set(numero, avant.then(() => envoyer(champ.dataset, valeur)));
}

async function envoyer(donnees, valeur) {
  const tableau = document.querySelector("[data-tableau]");
  const place = document.querySelector(`[data-tableau] [data-saisie="${donnees.saisie}"][data-champ="${donnees.champ}"]`);
  const corps = new FormData();
  corps.set("csrfmiddlewaretoken", tableau.querySelector("[name=csrfmiddlewaretoken]").value);
  corps.set("champ", donnees.champ);
  corps.set("valeur", valeur);
  corps.set("version", place?.dataset.version ?? donnees.version);
  corps.set("vue", window.location.search.slice(1));
  corps.set("piece_source", document.querySelector("[data-piece-source]")?.value ?? "");
  let reponse;
  try {
    reponse = await fetch(bandeau().dataset.urlSaisie.replace("/0/", `/${donnees.saisie}/`), { method: "POST", body: corps });
    if (![200, 409, 422].includes(reponse.status) || reponse.redirected) throw new Error(String(reponse.status));
  } catch {
    rester(place, valeur);
    return;
  }
  remplacer(await reponse.text(), donnees, reponse.ok ? null : valeur);
}

/* The save did not reach the server: the field opens again with what was typed. */
function rester(place, valeur) {
  if (!place) return;
  place.classList.remove("en-envoi");
  place.ferme = false;
  place.dataset.refuse = valeur;
  place.setAttribute("aria-invalid", "true");
  const message = "La case n’a pas pu être enregistrée : vérifiez la connexion, puis appuyez sur Entrée.";
  place.title = message;
  annoncer(message);
}

/* Put the row that the server answers in place of the one shown; fields still open in it stay open. */
function remplacer(html, donnees, refusee) {
  const morceau = document.createElement("template");
  morceau.innerHTML = html;
  const nouvelle = morceau.content.querySelector("tr");
  const ancienne = document.querySelector(`[data-tableau] ${cle({ dataset: donnees })}`)?.closest("tr");
  if (!nouvelle || !ancienne) return;
  const actif = document.activeElement;
  const place = ancienne.contains(actif) && actif.matches("[data-saisie], th a") ? actif : null;
  const ouverts = [...ancienne.querySelectorAll(".champ-saisie:not(.en-envoi)")];
  const coche = ancienne.querySelector("input[name=numero]")?.checked;
  ancienne.replaceWith(nouvelle);
  if (coche) nouvelle.querySelector("input[name=numero]").checked = true;
  for (const champ of ouverts) {
    const lien = nouvelle.querySelector(`a${cle(champ)}`);
    if (!lien) continue;
    champ.dataset.version = lien.dataset.version;
    champ.lienPrecedent = lien;
    lien.replaceWith(champ);
  }
  if (refusee !== null) {
    const lien = nouvelle.querySelector(`a${cle({ dataset: donnees })}`);
    const erreur = nouvelle.querySelector(".erreur-saisie");
    if (lien) ouvrir(lien, { valeur: refusee, fautif: true });
    if (erreur) annoncer(`${donnees.libelleSaisie} : ${erreur.textContent}`);
    if (!place && lien) nouvelle.querySelector(cle({ dataset: donnees }))?.focus();
  } else {
    annoncer(`${donnees.libelleSaisie} : enregistré.`);
    nouvelle.querySelector(cle({ dataset: donnees }))?.closest("td").classList.add("enregistree");
    actualiserLesTotaux();
  }
  if (place) {
    const debut = place.selectionStart;
    const fin = place.selectionEnd;
    const meme = place.isConnected ? place : nouvelle.querySelector(place.dataset.saisie ? cle(place) : "th a");
    meme?.focus();
    if (meme === place && debut !== undefined && debut !== null) place.setSelectionRange(debut, fin);
  }
}

let attente;
/* The totals are read again once the typing pauses. */
function actualiserLesTotaux() {
  clearTimeout(attente);
  attente = setTimeout(async () => {
    const vivants = [...document.querySelectorAll("[data-vif]")];
    // A figure that has an address of its own is asked there: the page is not read again for it.
    const page = document.querySelector("[data-tableau] tfoot") || vivants.some((vif) => !vif.dataset.url);
    const adresses = new Set([...(page ? [window.location.href] : []), ...vivants.map((vif) => vif.dataset.url ?? window.location.href)]);
    await Promise.all([...adresses].map(relireLesTotaux));
  }, 800);
}

async function relireLesTotaux(adresse) {
  const reponse = await fetch(adresse, { headers: { "HX-Request": "true" } });
  if (!reponse.ok) return;
  const morceau = document.createElement("template");
  morceau.innerHTML = await reponse.text();
  const pied = morceau.content.querySelector("[data-tableau] tfoot");
  const ancien = document.querySelector("[data-tableau] tfoot");
  if (pied && ancien) ancien.replaceWith(pied);
  // Figures of the page that follow what is typed, an open detail stays open.
  for (const vif of document.querySelectorAll("[data-vif]")) {
    const neuf = morceau.content.querySelector(`[data-vif="${vif.dataset.vif}"]`);
    if (!neuf || (vif.dataset.url ?? window.location.href) !== adresse) continue;
    const ouverts = [...vif.querySelectorAll("details")].map((detail) => detail.open);
    neuf.querySelectorAll("details").forEach((detail, rang) => (detail.open = ouverts[rang] ?? false));
    vif.replaceWith(neuf);
  }
}

document.addEventListener("click", (evenement) => {
  const lien = evenement.target.closest?.(EDITABLE);
  if (!lien || !bandeau() || evenement.ctrlKey || evenement.metaKey || evenement.shiftKey) return;
  evenement.preventDefault();
  editer(lien);
});

document.addEventListener("focusout", (evenement) => {
  if (evenement.target.matches?.(".champ-saisie")) quitter(evenement.target);
});

function taperDansLeChamp(evenement, champ) {
  if (evenement.isComposing) return false;
  if (evenement.key === "Escape") {
    fermer(champ).focus();
  } else if (evenement.key === "Enter" && !evenement.shiftKey) {
    champ.insiste = true;
    const suite = enDessous(champ, 1);
    if (suite) aller(suite, { editant: true });
    else champ.blur();
  } else if (evenement.key === "Tab") {
    const suite = voisin(champ, evenement.shiftKey ? -1 : 1);
    if (!suite) return false;
    aller(suite, { editant: true });
  } else return false;
  return true;
}

function taperSurLaCase(evenement, lien) {
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return false;
  switch (evenement.key) {
    case "Enter":
    case "e":
      editer(lien);
      return true;
    case "ArrowRight":
      aller(voisin(lien, 1), { editant: false });
      return true;
    case "ArrowLeft":
      aller(voisin(lien, -1), { editant: false });
      return true;
    case "ArrowDown":
      aller(enDessous(lien, 1), { editant: false });
      return true;
    case "ArrowUp":
      aller(enDessous(lien, -1), { editant: false });
      return true;
  }
  return false;
}

/* Before the table's own keys, which change of row. */
document.addEventListener(
  "keydown",
  (evenement) => {
    if (!bandeau()) return;
    const champ = evenement.target.closest?.(".champ-saisie");
    const lien = evenement.target.closest?.(EDITABLE);
    const ligne = evenement.target.closest?.("[data-tableau] tbody tr[data-url]");
    let pris = false;
    if (champ) pris = taperDansLeChamp(evenement, champ);
    else if (lien) pris = taperSurLaCase(evenement, lien);
    else if (ligne && evenement.key === "e" && evenement.target.matches("a, [type=checkbox]")) {
      const premier = ligne.querySelector("a[data-saisie]");
      if (premier) editer(premier);
      pris = Boolean(premier);
    } else if (ligne && evenement.key === "ArrowRight" && evenement.target.matches("th a")) {
      const premier = ligne.querySelector("[data-saisie]");
      premier?.focus();
      pris = Boolean(premier);
    }
    if (pris) {
      evenement.preventDefault();
      evenement.stopPropagation();
    }
  },
  true,
);

window.addEventListener("beforeunload", (evenement) => {
  if (document.querySelector(".champ-saisie.en-envoi")) evenement.preventDefault();
});
