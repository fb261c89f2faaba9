// Acts that ask first (data-confirmer on the button, hx-confirm on an htmx element), and dialogs opened by a button.

const dialogue = document.getElementById("dialogue-confirmation");

// Asks in the page's dialog; resolves to true only when the person agrees.
function demander({ texte, titre = "Confirmer", acte = "Confirmer", danger = false }) {
  dialogue.querySelector("#dialogue-titre").textContent = titre;
  dialogue.querySelector("#dialogue-texte").textContent = texte;
  const oui = dialogue.querySelector('[data-reponse="oui"]');
  oui.textContent = acte;
  oui.classList.toggle("btn-danger", danger);
  oui.classList.toggle("btn-primary", !danger);
  dialogue.returnValue = "non";
  dialogue.showModal();
  return new Promise((repondre) => {
    dialogue.addEventListener("close", () => repondre(dialogue.returnValue === "oui"), { once: true });
  });
}

dialogue?.addEventListener("click", (evenement) => {
  const reponse = evenement.target.closest("[data-reponse]")?.dataset.reponse;
  if (reponse) dialogue.close(reponse);
});

const confirmes = new WeakSet();

document.addEventListener("submit", async (evenement) => {
  const bouton = evenement.submitter;
  if (!bouton?.dataset.confirmer || confirmes.delete(bouton)) return;
  evenement.preventDefault();
  evenement.stopImmediatePropagation();
  const accord = await demander({
    texte: bouton.dataset.confirmer,
    titre: bouton.dataset.confirmerTitre,
    acte: bouton.dataset.confirmerActe,
    danger: bouton.classList.contains("btn-danger") || bouton.classList.contains("dangereux"),
  });
  if (!accord) return;
  confirmes.add(bouton);
  evenement.target.requestSubmit(bouton);
}, true);

document.addEventListener("htmx:confirm", async (evenement) => {
  const { ctx, issueRequest, dropRequest } = evenement.detail;
  if (!ctx.confirm) return;
  evenement.preventDefault();
  if (await demander({ texte: ctx.confirm })) issueRequest();
  else dropRequest();
});

// <button data-ouvre-dialogue="id"> and, inside a dialog, <button data-ferme-dialogue>.
document.addEventListener("click", (evenement) => {
  const bouton = evenement.target.closest("[data-ouvre-dialogue], [data-ferme-dialogue]");
  if (!bouton) return;
  if (bouton.dataset.ouvreDialogue) document.getElementById(bouton.dataset.ouvreDialogue)?.showModal();
  else bouton.closest("dialog")?.close();
});

// The summary of errors is what a person must read first.
document.querySelector(".resume-erreurs")?.focus();
