"""The two ways a set-up command ends early."""

import signal


class ErreurDemarrage(Exception):
    """Something the user can mend; the message is one line in French that says what to do."""


class ArretDemande(BaseException):
    """A signal asked to stop while the set-up was under way. Like KeyboardInterrupt, not to be caught by chance."""

    def __init__(self, numero: int) -> None:
        super().__init__(signal.Signals(numero).name)
        self.numero = numero
