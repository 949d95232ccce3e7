"""Persons at work: standing, walking, or sitting in a forklift."""

from __future__ import annotations

import numpy as np

from .warehouse_shapes import Finish, Round, Thing, ball, limb

SKINS = [(240, 200, 172), (224, 176, 140), (198, 146, 108), (152, 104, 72), (96, 64, 46)]
HAIRS = [(34, 28, 26), (70, 48, 34), (130, 94, 54), (176, 172, 168), (206, 176, 118)]
TOPS = [(40, 58, 104), (150, 44, 44), (60, 62, 66), (206, 204, 198), (54, 110, 74), (120, 86, 140),
        (196, 150, 60), (70, 130, 160), (28, 30, 34), (150, 120, 96)]  # fmt: skip
TROUSERS = [(44, 58, 92), (36, 38, 44), (92, 94, 96), (128, 108, 80), (70, 78, 62), (24, 26, 30)]
VESTS = [(222, 244, 40), (255, 122, 28), (255, 150, 20), (196, 240, 60)]
HELMETS = [(244, 242, 236), (248, 208, 36), (40, 92, 176), (206, 44, 40), (250, 130, 30)]
SHOES = [(30, 26, 24), (84, 58, 38), (56, 56, 60)]
REFLECTIVE = Finish((226, 230, 228), gloss=0.3, grime=0.02)
HEIGHT_M = (1.55, 1.95)


def person(rng: np.random.Generator, x: float, z: float, heading: float) -> Thing:
    """Somebody on foot."""
    tall = rng.uniform(*HEIGHT_M)
    clothes = _clothes(rng)
    rounds = _legs(clothes, swing=rng.uniform(0, 0.5) * (rng.random() < 0.7))
    rounds += _trunk(rng, clothes) + _head(rng, clothes)
    rounds += _arms(rng, clothes)
    return Thing('person', rounds=_scaled(rounds, tall), x=x, z=z, heading=heading, shadow=True)


def driver(rng: np.random.Generator, seat: tuple[float, float]) -> list[Round]:
    """Somebody who sits with the hips at ``seat`` (y, z) and the hands ahead, at a wheel."""
    clothes = _clothes(rng)
    rounds = _trunk(rng, clothes) + _head(rng, clothes)
    skin, top, legs = clothes['skin'], clothes['sleeve'], clothes['trousers']
    for side in (-1, 1):
        hip, knee = (0.055 * side, 0.52, 0.02), (0.08 * side, 0.54, 0.27)
        foot = (0.075 * side, 0.29, 0.33)
        rounds += [limb(hip, knee, (0.058, 0.042), legs), limb(knee, foot, (0.04, 0.03), legs)]
        rounds += [ball(knee, (0.042,) * 3, legs), ball(foot, (0.03, 0.025, 0.07), clothes['shoe'])]
        shoulder, elbow = (0.115 * side, 0.8, 0), (0.135 * side, 0.66, 0.1)
        hand = (0.07 * side, 0.67, 0.25)
        rounds += [limb(shoulder, elbow, (0.032, 0.027), top), ball(elbow, (0.028,) * 3, top)]
        rounds += [limb(elbow, hand, (0.027, 0.02), top), ball(hand, (0.024,) * 3, skin)]
    shift = np.array([0, seat[0] - 0.52 * 1.72, seat[1]])
    return [Round(r.centre + shift, r.axes, r.finish, r.taper) for r in _scaled(rounds, 1.72)]


def _scaled(rounds: list[Round], tall: float) -> list[Round]:
    """Bodies in units of the height, brought to metres."""
    return [Round(r.centre * tall, r.axes * tall, r.finish, r.taper) for r in rounds]


def _clothes(rng: np.random.Generator) -> dict[str, Finish]:
    """A finish for each piece; ``vest`` and ``helmet`` are absent where none is worn."""

    def one(colours: list, **look) -> Finish:
        return Finish(colours[rng.integers(len(colours))], grime=0.14, **look)

    clothes = {'skin': one(SKINS), 'hair': one(HAIRS), 'shoe': one(SHOES)}
    clothes |= {'sleeve': one(TOPS), 'trousers': one(TROUSERS)}
    clothes['trunk'] = clothes['sleeve']
    if rng.random() < 0.5:
        clothes['vest'] = clothes['trunk'] = one(VESTS)
        if rng.random() < 0.3:  # a jacket of the same cloth
            clothes['sleeve'] = clothes['vest']
    if rng.random() < 0.5:
        clothes['helmet'] = one(HELMETS, gloss=0.5)
    return clothes


def _legs(clothes: dict[str, Finish], swing: float) -> list[Round]:
    """A step of ``swing`` radians; the leg behind is bent."""
    trousers, rounds = clothes['trousers'], []
    for side in (-1, 1):
        angle = side * swing
        hip = (0.05 * side, 0.51, 0.0)
        knee = (0.052 * side, 0.51 - 0.235 * np.cos(angle), 0.235 * np.sin(angle) + 0.01)
        bent = angle - (0.6 * swing if side < 0 else 0.1 * swing)
        ankle = (0.055 * side, knee[1] - 0.225 * np.cos(bent), knee[2] + 0.225 * np.sin(bent))
        toe = (ankle[0] * 1.1, ankle[1] - 0.018, ankle[2] + 0.035)
        rounds += [limb(hip, knee, (0.06, 0.042), trousers), ball(knee, (0.042,) * 3, trousers)]
        rounds += [limb(knee, ankle, (0.043, 0.03), trousers)]
        rounds += [ball(toe, (0.03, 0.024, 0.075), clothes['shoe'])]
    return _grounded(rounds)


def _grounded(rounds: list[Round]) -> list[Round]:
    """The same legs, of which the lower foot is on the floor."""
    low = min(body.centre[1] - np.abs(body.axes[:, 1]).max() for body in rounds)
    return [Round(r.centre - [0, low, 0], r.axes, r.finish, r.taper) for r in rounds]


def _trunk(rng: np.random.Generator, clothes: dict[str, Finish]) -> list[Round]:
    """Hips, belly, chest and shoulders; with a vest, its reflective bands too."""
    trunk, stout = clothes['trunk'], rng.uniform(0.9, 1.25)
    hips, waist, chest = 0.062 * stout, 0.058 * stout, 0.068 * stout
    wide = 1.65 / max(stout, 1.0)
    rounds = [ball((0, 0.515, 0), (0.97 * wide * hips, 0.05, hips), clothes['trousers'])]
    rounds += [limb((0, 0.5, 0), (0, 0.63, 0), (hips * 1.04, waist), trunk, wide)]
    rounds += [limb((0, 0.63, 0), (0, 0.79, 0), (waist, chest), trunk, wide)]
    rounds += [ball((0, 0.63, 0), (wide * waist, 0.02, waist), trunk)]
    rounds += [ball((0, 0.79, 0), (wide * chest * 1.06, 0.045, chest), trunk)]
    if 'vest' not in clothes:
        return rounds
    for low, radius in ((0.57, 1.06 * hips), (0.67, 1.1 * waist)):
        rounds += [limb((0, low, 0), (0, low + 0.026, 0), (radius, radius), REFLECTIVE, wide)]
    for side in (-1, 1):  # over the shoulders
        for z in (-0.78 * chest, 0.78 * chest):
            rounds += [ball((0.06 * side, 0.76, z), (0.016, 0.07, 0.02), REFLECTIVE)]
    return rounds


def _arms(rng: np.random.Generator, clothes: dict[str, Finish]) -> list[Round]:
    sleeve, rounds = clothes['sleeve'], []
    bare = rng.random() < 0.3  # short sleeves
    for side in (-1, 1):
        swing, bend = rng.uniform(-0.5, 0.5), rng.uniform(0.1, 0.7) ** 2 * 3
        spread = rng.uniform(0.1, 0.3)
        shoulder = np.array([0.125 * side, 0.8, 0.0])
        down = np.array([np.sin(spread) * side, -np.cos(swing), np.sin(swing)])
        elbow = shoulder + 0.17 * down / np.linalg.norm(down)
        fore = np.array([0.3 * np.sin(spread) * side, -np.cos(swing + bend), np.sin(swing + bend)])
        hand = elbow + 0.15 * fore / np.linalg.norm(fore)
        lower = clothes['skin'] if bare else sleeve
        rounds += [ball(tuple(shoulder), (0.036,) * 3, sleeve)]
        rounds += [limb(tuple(shoulder), tuple(elbow), (0.034, 0.028), sleeve)]
        rounds += [ball(tuple(elbow), (0.027,) * 3, lower)]
        rounds += [limb(tuple(elbow), tuple(hand), (0.027, 0.02), lower)]
        rounds += [ball(tuple(hand), (0.021, 0.034, 0.026), clothes['skin'])]
    return rounds


def _head(rng: np.random.Generator, clothes: dict[str, Finish]) -> list[Round]:
    skin, turn = clothes['skin'], rng.uniform(-0.02, 0.02)
    rounds = [limb((0, 0.8, 0), (0, 0.87, 0.01), (0.034, 0.03), skin)]
    rounds += [ball((0, 0.925, 0.015), (0.043, 0.062, 0.052), skin)]
    rounds += [ball((turn, 0.915, 0.066), (0.009, 0.013, 0.012), skin)]  # the nose
    if 'helmet' in clothes:
        helmet = clothes['helmet']
        rounds += [ball((0, 0.95, 0.008), (0.058, 0.05, 0.068), helmet)]
        rounds += [ball((0, 0.945, 0.05), (0.05, 0.008, 0.055), helmet)]  # the brim
    else:
        rounds += [ball((0, 0.945, -0.006), (0.048, 0.052, 0.054), clothes['hair'])]
        if rng.random() < 0.35:  # long hair
            rounds += [ball((0, 0.89, -0.025), (0.046, 0.07, 0.032), clothes['hair'])]
    return rounds
