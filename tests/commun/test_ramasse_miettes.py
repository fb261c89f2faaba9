"""The garbage collector comes back as it was, whatever happens inside."""

import gc

import pytest

from commun.ramasse_miettes import sans_ramasse_miettes


def test_le_ramasse_miettes_revient_comme_il_etait():
    assert gc.isenabled()
    with sans_ramasse_miettes():
        assert not gc.isenabled()
        with sans_ramasse_miettes():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_une_erreur_le_rend_aussi():
    with pytest.raises(RuntimeError), sans_ramasse_miettes():
        raise RuntimeError
    assert gc.isenabled()
