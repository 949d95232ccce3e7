"""Six breeds of synthetic pets, as data: shape of ears and muzzle, colours, and pattern of the fur.

Names follow Oxford-IIIT Pet, where those of cats begin with a capital letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Colour = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Breed:
    """What all pets of a breed share.

    Attributes:
        species: ``'cat'`` or ``'dog'``.
        coat: screen colour of the fur.
        markings: kind of part (see ``pet_body``) to its colour, where that is not ``coat``.
        dark: colour of spots and of ticked hair.
        spots: 0 to 1, how strong dark spots are.
        ticking: 0 to 1, how strong dark single hairs are.
        fluff: how far hair reaches out of the outline, in shares of the head's radius.
        ears: ``'pointed'``, ``'hanging'`` or ``'folded'``.
        muzzle: length of the muzzle; 1 is that of a cat.
        eyes: colours of the iris.
    """

    species: str
    coat: Colour
    markings: Mapping[str, Colour] = field(default_factory=dict)
    dark: Colour = (30, 24, 20)
    spots: float = 0.0
    ticking: float = 0.15
    fluff: float = 0.018
    ears: str = 'pointed'
    muzzle: float = 1.0
    eyes: tuple[Colour, ...] = ((96, 60, 30),)


WHITE, BLACK = (236, 230, 222), (36, 32, 32)
POINTS = (82, 62, 52)

BREEDS: dict[str, Breed] = {
    'Abyssinian': Breed(
        species='cat',
        coat=(186, 116, 66),
        markings={'chest': (206, 150, 104), 'muzzle': (214, 170, 128)},
        ticking=0.75,
        eyes=((150, 160, 60), (190, 150, 50)),
    ),
    'beagle': Breed(
        species='dog',
        coat=(34, 30, 30),
        markings={
            'head': (164, 96, 48),
            'ear': (134, 74, 36),
            'haunch': (160, 98, 54),
            'muzzle': WHITE,
            'chest': WHITE,
            'leg': WHITE,
            'paw': WHITE,
            'tail': (58, 44, 38),
        },
        ears='hanging',
        muzzle=1.7,
    ),
    'Bengal': Breed(
        species='cat',
        coat=(204, 160, 98),
        markings={'muzzle': (226, 202, 164), 'chest': (226, 200, 156)},
        spots=1.0,
        ticking=0.25,
        eyes=((120, 170, 80), (90, 150, 90)),
    ),
    'great_pyrenees': Breed(
        species='dog',
        coat=(232, 226, 214),
        markings={'ear': (212, 196, 172)},
        ticking=0.05,
        fluff=0.035,
        ears='hanging',
        muzzle=1.6,
    ),
    'pug': Breed(
        species='dog',
        coat=(206, 168, 124),
        markings={'muzzle': BLACK, 'ear': (48, 42, 40)},
        ears='folded',
        muzzle=1.15,
    ),
    'Siamese': Breed(
        species='cat',
        coat=(226, 212, 188),
        markings=dict.fromkeys(('ear', 'muzzle', 'paw', 'tail'), POINTS) | {'leg': (168, 146, 122)},
        ticking=0.05,
        eyes=((86, 150, 214), (70, 130, 200)),
    ),
}
