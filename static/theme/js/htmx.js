// What htmx leaves to the page: saying that a refresh failed, and keeping the focus sensible.

const region = document.getElementById("messages");

const phrases = {
  403: "Votre rôle ne permet pas cet acte, ou votre session est terminée. Rechargez la page.",
  404: "Cet élément n’existe plus. Rechargez la page.",
  429: "Trop de demandes à la suite. Patientez une minute, puis recommencez.",
};

function dire(texte) {
  const modele = document.createElement("p");
  modele.className = "message message-danger";
  modele.textContent = texte;
  region?.replaceChildren(modele);
}

document.addEventListener("htmx:response:error", (evenement) => {
  const statut = evenement.detail.ctx?.response?.status;
  if (statut >= 500) dire("Le serveur n’a pas pu répondre. Rien n’a été enregistré ; recommencez dans un instant.");
  else if (phrases[statut]) dire(phrases[statut]);
});

document.addEventListener("htmx:error", (evenement) => {
  if (evenement.detail.ctx?.response) return;
  dire("La connexion est interrompue. Ce que vous avez saisi reste à l’écran.");
});

// A form answered with its errors: the summary takes the focus, as on a full page.
document.addEventListener("htmx:after:swap", (evenement) => {
  if (evenement.detail.ctx?.response?.status === 422) document.querySelector(".resume-erreurs")?.focus();
});

// A session that ended answers with the sign-in page: go there rather than put it inside a table.
document.addEventListener("htmx:before:response", (evenement) => {
  const reponse = evenement.detail.ctx?.response?.raw;
  const connexion = document.body.dataset.connexion;
  if (!reponse?.redirected || !connexion || new URL(reponse.url).pathname !== connexion) return;
  evenement.preventDefault();
  location.reload();
});
