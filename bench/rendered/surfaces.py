"""Colours of surfaces where a ray meets them: noise, shadow, skin, cloth, floor and walls."""

from __future__ import annotations

import math

import numba

SKIN, SHIRT, LEGS, SHOE, HAIR, EYE, METAL, MATTE = 0, 1, 2, 3, 4, 5, 8, 10
"""Kinds of surface; a body's baked material is its kind."""
BROW = 9
"""The colour of the eyebrows, which are painted on the skin."""


@numba.njit(fastmath=True, inline="always")
def hash2(x, y):  # type: ignore[no-untyped-def]
    h = (x * 374761393 + y * 668265263) & 0x7FFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0x7FFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFF) / 65535.0


@numba.njit(fastmath=True, cache=True)
def noise(x, y):  # type: ignore[no-untyped-def]
    """Smooth random values in [0, 1] on a grid of 1."""
    ix, iy = int(math.floor(x)), int(math.floor(y))
    fx, fy = x - ix, y - iy
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    a, b = hash2(ix, iy), hash2(ix + 1, iy)
    c, d = hash2(ix, iy + 1), hash2(ix + 1, iy + 1)
    return (a + (b - a) * fx) * (1 - fy) + (c + (d - c) * fx) * fy


@numba.njit(fastmath=True, cache=True)
def light_share(p, light_axes, origin, scale, tops, bias, soft):  # type: ignore[no-untyped-def]
    """How much of the key light reaches ``p``: 25 looks at the map of what is highest."""
    n = tops.shape[0]
    x = (light_axes[0, 0] * p[0] + light_axes[0, 1] * p[1] + light_axes[0, 2] * p[2]) - origin[0]
    y = (light_axes[1, 0] * p[0] + light_axes[1, 1] * p[1] + light_axes[1, 2] * p[2]) - origin[1]
    z = light_axes[2, 0] * p[0] + light_axes[2, 1] * p[1] + light_axes[2, 2] * p[2]
    x, y = x * scale, y * scale
    if x < -8 or y < -8 or x > n + 8 or y > n + 8:
        return 1.0
    lit = 0
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            i, j = int(x + dx * soft), int(y + dy * soft)
            if i < 0 or j < 0 or i >= n or j >= n or tops[j, i] <= z + bias:
                lit += 1
    return lit / 25.0


@numba.njit(fastmath=True, cache=True)
def skin_colour(r, u, v, texture, eye, brow):  # type: ignore[no-untyped-def]
    """Texture, blotches, and a brow over each eye; ``r`` is the point at rest."""
    rows, columns = texture.shape[0], texture.shape[1]
    x = min(max(int(u * (columns - 1)), 0), columns - 1)
    y = min(max(int((1 - v) * (rows - 1)), 0), rows - 1)
    blotch = 0.94 + 0.1 * noise(r[0] * 60 + r[1] * 35, r[2] * 60 - r[1] * 20)
    blotch += 0.05 * (noise(r[0] * 300 + r[1] * 200, r[2] * 300) - 0.5)
    red, green, blue = texture[y, x, 0], texture[y, x, 1], texture[y, x, 2]
    red, green, blue = red * blotch, green * blotch, blue * blotch
    aside, above = abs(r[0]) - eye[0], r[2] - eye[2]
    if r[1] < eye[1] + 0.02 and -0.020 < aside < 0.026:
        off = above - (0.0215 - 4.0 * (aside - 0.010) ** 2)
        thick = 0.0042 - 0.06 * max(aside, 0.0)
        paint = 1 - abs(off) / thick
        if paint > 0:
            grain = 0.55 + 0.45 * noise(r[0] * 900, r[2] * 900)
            paint = min(1.0, paint * 1.5) * 0.75 * grain
            red += (brow[0] - red) * paint
            green += (brow[1] - green) * paint
            blue += (brow[2] - blue) * paint
    return red, green, blue


@numba.njit(fastmath=True, cache=True)
def eye_colour(r, eye, iris):  # type: ignore[no-untyped-def]
    aside, above = abs(r[0]) - eye[0], r[2] - eye[2]
    radius = math.sqrt(aside * aside + above * above)
    if r[1] < eye[1] - 0.004:
        if radius < 0.0026:
            return 0.02, 0.02, 0.02
        if radius < 0.0062:
            return iris[0], iris[1], iris[2]
    return 0.80, 0.77, 0.75


@numba.njit(fastmath=True, cache=True)
def wrinkles(r):  # type: ignore[no-untyped-def]
    """What cloth adds to the normal at ``r``."""
    a = noise(r[0] * 18 + r[2] * 9 + 3, r[2] * 26 - r[0] * 7) - 0.5
    b = noise(r[0] * 40 + 11, r[2] * 30 + r[1] * 20) - 0.5
    c = noise(r[2] * 22 + 7, r[0] * 15 + r[1] * 12) - 0.5
    d = noise(r[2] * 31 + r[0] * 9, r[1] * 17 + 5) - 0.5
    return 0.32 * a + 0.14 * b, 0.22 * c, 0.35 * d


@numba.njit(fastmath=True, cache=True)
def floor_colour(x, y, kind, colour):  # type: ignore[no-untyped-def]
    """0 planks, 1 carpet, 2 tiles, 3 rubber with specks."""
    if kind == 0:
        column = int(math.floor(x / 0.13))
        inside = x / 0.13 - column
        row = int(math.floor((y + hash2(column, 7) * 1.1) / 1.1))
        tone = 0.8 + 0.25 * hash2(column * 3 + 1, row * 5 + 2)
        tone += 0.10 * (noise(x * 60, y * 4 + column * 9) - 0.5)
        tone += 0.06 * (noise(x * 200, y * 12) - 0.5)
        if inside < 0.03 or inside > 0.97:
            tone *= 0.8
    elif kind == 1:
        tone = 0.85 + 0.2 * noise(x * 140, y * 140) + 0.12 * (noise(x * 3, y * 3) - 0.5)
    elif kind == 2:
        column, row = int(math.floor(x / 0.45)), int(math.floor(y / 0.45))
        tone = 0.9 + 0.08 * hash2(column, row) + 0.05 * (noise(x * 12, y * 12) - 0.5)
        if x / 0.45 - column < 0.018 or y / 0.45 - row < 0.018:
            tone *= 0.72
    else:
        tone = 0.9 + 0.06 * (noise(x * 4, y * 4) - 0.5)
        if hash2(int(math.floor(x * 90)), int(math.floor(y * 90))) > 0.93:
            tone *= 1.5
    return colour[0] * tone, colour[1] * tone, colour[2] * tone


@numba.njit(fastmath=True, cache=True)
def wall_colour(along, z, wall, colour, seed):  # type: ignore[no-untyped-def]
    """Plaster, a skirting board, pictures and low cupboards; ``seed`` 0 leaves the wall bare."""
    if z < 0.09:
        return 0.82, 0.81, 0.79
    tone = 0.97 + 0.05 * noise(along * 3 + wall * 7, z * 3) + 0.03 * noise(along * 80, z * 80)
    red, green, blue = colour[0] * tone, colour[1] * tone, colour[2] * tone
    if seed == 0:
        return red, green, blue
    column = int(math.floor((along + 50) / 1.7))
    inside = (along + 50) / 1.7 - column
    thing = hash2(column, wall * 13 + seed)
    if thing > 0.75 and 0.15 < inside < 0.85 and z < 0.5 + 0.6 * hash2(column, 3 + wall):
        shade = 0.6 if (z * 100) % 25 < 1.2 else 1.0
        tone = 0.32 + 0.4 * hash2(column, wall + 1)
        red, green, blue = tone * shade, tone * 0.88 * shade, tone * 0.74 * shade
    elif 0.35 < thing <= 0.75 and 0.25 < inside < 0.6 and 1.25 < z < 1.9:
        if 0.28 < inside < 0.57 and 1.3 < z < 1.85:
            # A muted picture: patches of one tone, each wall and column its own.
            patch = noise(along * 7 + wall, z * 5 + seed)
            warm = hash2(column, seed + wall) - 0.5
            red = 0.30 + 0.35 * patch + 0.12 * warm
            green = 0.32 + 0.30 * patch
            blue = 0.34 + 0.28 * noise(along * 4, z * 6 + 20) - 0.12 * warm
        else:
            red, green, blue = 0.15, 0.12, 0.1
    return red, green, blue
