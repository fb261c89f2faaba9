// A row of tabs longer than the screen begins where the current one is in sight.

for (const ici of document.querySelectorAll(".onglets [aria-current]")) {
  const rangee = ici.closest("ul");
  rangee.scrollLeft = ici.offsetLeft - rangee.offsetLeft - (rangee.clientWidth - ici.offsetWidth) / 2;
}
