"""What the frame of every page shows."""


def cadre(request):
    return {}
