"""The colour of every pixel, from what the z-buffer saw: bodies and things, else the room."""

from __future__ import annotations

import math

import numba

from bench.rendered.surfaces import (
    BROW,
    EYE,
    HAIR,
    LEGS,
    SHIRT,
    SHOE,
    SKIN,
    eye_colour,
    floor_colour,
    light_share,
    noise,
    skin_colour,
    wall_colour,
    wrinkles,
)

N_KINDS = 16
"""Rows of the palette that belong to one person: one colour for each kind of surface."""


@numba.njit(fastmath=True, cache=True)
def _mixed(a, b, c, values, i, j, k):  # type: ignore[no-untyped-def]
    return (
        a * values[i, 0] + b * values[j, 0] + c * values[k, 0],
        a * values[i, 1] + b * values[j, 1] + c * values[k, 1],
        a * values[i, 2] + b * values[j, 2] + c * values[k, 2],
    )


@numba.njit(fastmath=True, cache=True)
def _unit(x, y, z):  # type: ignore[no-untyped-def]
    scale = 1 / math.sqrt(x * x + y * y + z * z + 1e-12)
    return x * scale, y * scale, z * scale


@numba.njit(fastmath=True, cache=True)
def _surface(kind, m, r, tu, tv, normal, palette, texture, eye):  # type: ignore[no-untyped-def]
    """Colour (3), normal (3), gloss, its sharpness, and how far light wraps round."""
    red, green, blue = palette[m, 0], palette[m, 1], palette[m, 2]
    nx, ny, nz = normal
    gloss, sharp, wrap = 0.08, 18.0, 0.15
    if kind == SKIN:
        brow = palette[m - SKIN + BROW]
        red, green, blue = skin_colour(r, tu, tv, texture, eye, brow)
        gloss, wrap = 0.12, 0.3
    elif kind == EYE:
        red, green, blue = eye_colour(r, eye, palette[m])
        gloss, sharp = 0.6, 60.0
    elif kind == SHIRT or kind == LEGS:
        dx, dy, dz = wrinkles(r)
        nx, ny, nz = nx + dx, ny + dy, nz + dz
        weave = 0.95 + 0.1 * noise(r[0] * 500, r[2] * 500 + r[1] * 300)
        red, green, blue, gloss = red * weave, green * weave, blue * weave, 0.02
    elif kind == HAIR:
        strand = 0.65 + 0.7 * noise(r[0] * 220 + r[1] * 40, r[2] * 40 + r[1] * 160)
        red, green, blue, gloss = red * strand, green * strand, blue * strand, 0.15
    elif kind == SHOE and r[2] < 0.024:
        red, green, blue = 0.82, 0.82, 0.8
    nx, ny, nz = _unit(nx, ny, nz)
    return (red, green, blue), (nx, ny, nz), gloss, sharp, wrap


@numba.njit(parallel=True, fastmath=True, cache=True)
def shade(  # type: ignore[no-untyped-def]
    image,
    seen_face,
    seen_first,
    seen_second,
    faces,
    vertices,
    normals,
    rest,
    uv,
    material,
    palette,
    kinds,
    textures,
    eyes,
    lens,
    axes,
    centre,
    light_axes,
    light_origin,
    light_scale,
    tops,
    light,
    room,
    room_yaw,
    floor,
    wall,
    mat,
):
    """Fill ``image`` (h, w, 3) float32.

    lens (f, cx, cy) px; axes (3, 3) rows right, down, ahead; light (key, ambient, fill, red,
    green, blue); room (x0, x1, y0, y1, ceiling, wall seed, floor kind) turned by room_yaw
    (cos, sin); mat (on, x, y, half width, half length, red, green, blue).
    """
    height, width = seen_face.shape
    key_x, key_y, key_z = light_axes[2, 0], light_axes[2, 1], light_axes[2, 2]
    for y in numba.prange(height):
        for x in range(width):
            u, v = (x + 0.5 - lens[1]) / lens[0], (y + 0.5 - lens[2]) / lens[0]
            dx, dy, dz = _unit(
                axes[0, 0] * u + axes[1, 0] * v + axes[2, 0],
                axes[0, 1] * u + axes[1, 1] * v + axes[2, 1],
                axes[0, 2] * u + axes[1, 2] * v + axes[2, 2],
            )
            f = seen_face[y, x]
            if f >= 0:
                a, b = seen_first[y, x], seen_second[y, x]
                c = 1 - a - b
                i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
                p = _mixed(a, b, c, vertices, i, j, k)
                r = _mixed(a, b, c, rest, i, j, k)
                nx, ny, nz = _mixed(a, b, c, normals, i, j, k)
                if nx * dx + ny * dy + nz * dz > 0:
                    nx, ny, nz = -nx, -ny, -nz
                m = material[f]
                kind, person = kinds[m], min(m // N_KINDS, textures.shape[0] - 1)
                tu = a * uv[f, 0, 0] + b * uv[f, 1, 0] + c * uv[f, 2, 0]
                tv = a * uv[f, 0, 1] + b * uv[f, 1, 1] + c * uv[f, 2, 1]
                colour, n, gloss, sharp, wrap = _surface(
                    kind,
                    m,
                    r,
                    tu,
                    tv,
                    _unit(nx, ny, nz),
                    palette,
                    textures[person],
                    eyes[person],
                )
                facing = n[0] * key_x + n[1] * key_y + n[2] * key_z
                above = (p[0] + n[0] * 0.012, p[1] + n[1] * 0.012, p[2] + n[2] * 0.012)
                lit = light_share(above, light_axes, light_origin, light_scale, tops, 0.012, 1.5)
                direct = max(0.0, (facing + wrap) / (1 + wrap)) * (0.15 + 0.85 * lit) * light[0]
                ambient = light[1] * (1.0 + 0.4 * n[2] - 0.1 * n[1])
                fill = max(0.0, -(n[0] * dx + n[1] * dy + n[2] * dz)) * light[2]
                # Close to the floor less of the room is seen, so less of its light arrives.
                near_floor = 1.0 if n[2] < 0.5 else 0.3
                soft = (ambient + fill) * (1 - 0.35 * math.exp(-max(p[2], 0.0) * 9) * near_floor)
                hx, hy, hz = _unit(key_x - dx, key_y - dy, key_z - dz)
                shine = max(0.0, n[0] * hx + n[1] * hy + n[2] * hz) ** sharp * gloss * lit
                red = colour[0] * (soft * 0.98 + direct * light[3]) + shine
                green = colour[1] * (soft * 0.99 + direct * light[4]) + shine
                blue = colour[2] * (soft * 1.01 + direct * light[5]) + shine
            else:
                # The room is a box about the origin; the ray is turned into its axes.
                rx, ry = room_yaw[0] * dx + room_yaw[1] * dy, room_yaw[0] * dy - room_yaw[1] * dx
                ox = room_yaw[0] * centre[0] + room_yaw[1] * centre[1]
                oy = room_yaw[0] * centre[1] - room_yaw[1] * centre[0]
                t, side = 1e9, 0
                if dz < 0:
                    t, side = -centre[2] / dz, 1
                elif dz > 0:
                    t, side = (room[4] - centre[2]) / dz, 2
                if rx != 0:
                    to_wall = ((room[1] if rx > 0 else room[0]) - ox) / rx
                    if to_wall < t:
                        t, side = to_wall, 3 if rx > 0 else 4
                if ry != 0:
                    to_wall = ((room[3] if ry > 0 else room[2]) - oy) / ry
                    if to_wall < t:
                        t, side = to_wall, 5 if ry > 0 else 6
                p = (centre[0] + t * dx, centre[1] + t * dy, centre[2] + t * dz)
                in_x, in_y = ox + t * rx, oy + t * ry
                if side == 1:
                    red, green, blue = floor_colour(in_x, in_y, int(room[6]), floor)
                    if mat[0] > 0 and abs(p[0] - mat[1]) < mat[3] and abs(p[1] - mat[2]) < mat[4]:
                        foam = 0.92 + 0.16 * noise(p[0] * 150, p[1] * 150)
                        red, green, blue = mat[5] * foam, mat[6] * foam, mat[7] * foam
                    lit = light_share(p, light_axes, light_origin, light_scale, tops, 0.01, 2.6)
                    tone = 1.5 * light[1] + 0.8 * light[0] * (0.2 + 0.8 * lit) * key_z
                elif side == 2:
                    red, green, blue, tone = 0.85, 0.85, 0.84, 2.0 * light[1]
                else:
                    along = in_x if side >= 5 else in_y
                    red, green, blue = wall_colour(along, p[2], side, wall, int(room[5]))
                    tone = 1.8 * light[1] + 0.12 * p[2] / room[4] + 0.04 * (side - 4)
                red, green, blue = red * tone * light[3], green * tone * light[4], blue * tone
                blue *= light[5]
            image[y, x, 0] = red
            image[y, x, 1] = green
            image[y, x, 2] = blue
