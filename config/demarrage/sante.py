"""Is a web process in good health? Asked by the supervisor, and by the image: `python -m config.demarrage.sante`."""

import http.client
import os
import sys

ADRESSE = "/sante/"


def repond(port: int, hote: str = "localhost") -> bool:
    """True when the health page of this machine's web process answers. `hote`: a name the site accepts."""
    liaison = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        liaison.request("GET", ADRESSE, headers={"Host": hote})
        return liaison.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        liaison.close()


def hote_accepte(noms: str) -> str:
    """A host name that ALLOWED_HOSTS, written as in the environment, lets through."""
    premier = noms.split(",")[0].strip()
    return "localhost" if premier in ("", "*") else premier.removeprefix(".")


if __name__ == "__main__":
    sys.exit(not repond(8000, hote_accepte(os.environ.get("ALLOWED_HOSTS", ""))))
