"""The two ways a set-up command ends early."""

import signal


class ErreurDemarrage(Exception):
    """Something the user can mend; the message is one line in French that says what to do."""


def acces_refuse(chemin: object) -> ErreurDemarrage:
    """The error for a file or a folder that belongs to somebody else."""
    return ErreurDemarrage(
        f"Accès refusé à {chemin} : il appartient à un autre utilisateur ; lancez la commande avec lui, ou rendez-vous"
        " propriétaire du dossier (chown -R)."
    )


class ArretDemande(BaseException):
    """A signal asked to stop while the set-up was under way. Like KeyboardInterrupt, not to be caught by chance."""

    def __init__(self, numero: int) -> None:
        super().__init__(signal.Signals(numero).name)
        self.numero = numero
