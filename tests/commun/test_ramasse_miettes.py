"""The garbage collector comes back as it was, whatever happens inside."""

import gc
import weakref

import pytest

from commun.ramasse_miettes import ramasse_miettes_par_paquets, sans_ramasse_miettes


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


def test_par_paquets_il_passe_une_fois_tous_les_tant_et_ne_garde_rien_a_la_fin():
    class Noeud:
        pass

    def cycle() -> weakref.ref:
        noeud = Noeud()
        noeud.lui_meme = noeud
        return weakref.ref(noeud)

    with ramasse_miettes_par_paquets(2) as compter:
        assert not gc.isenabled()
        un = cycle()
        compter()
        assert un() is not None
        compter()
        assert un() is None
        reste = cycle()
        compter()
    assert reste() is None
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
