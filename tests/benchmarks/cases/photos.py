# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Image files for the benchmarks: no photographs, but as hard to decode. Needs
# NumPy and PIL.

import concurrent.futures

import numpy as np
from PIL import Image

SAVE = {"jpeg": {"quality": 90}, "png": {"compress_level": 4},
        "webp": {"quality": 80, "method": 2}}

# So many scenes are drawn; a file is one of them, moved.
N_SCENES = 4


def draw_scene(width, height, seed):
    """Clouds of all sizes, the larger the stronger, as light is in a
    photograph; and the noise of a sensor."""
    random = np.random.default_rng(seed)
    scene = random.normal(0, 4, (height, width, 3)).astype(np.float32)
    n, strength = 4, 60.0
    while n < max(width, height) // 2:
        coarse = random.normal(0, 1, (n, n, 3)).astype(np.float32)
        for channel in range(3):
            cloud = Image.fromarray(coarse[:, :, channel]).resize(
                (width, height), Image.Resampling.BICUBIC)
            scene[:, :, channel] += strength * np.asarray(cloud)
        n, strength = n * 2, strength * 0.5
    return np.clip(scene + 128, 0, 255).astype(np.uint8)


def make_photos(folder, n, size, formats, threads):
    """Writes n files into folder, of the formats in turn. Returns their
    paths."""
    width, height = size
    scenes = [draw_scene(width, height, seed) for seed in range(N_SCENES)]

    def make(i):
        kind = formats[i % len(formats)]
        path = folder / f"{i:05}.{kind}"
        pixels = np.roll(scenes[i % N_SCENES], (i * 37, i * 101), (0, 1))
        Image.fromarray(pixels).save(path, **SAVE[kind])
        return path

    folder.mkdir()
    with concurrent.futures.ThreadPoolExecutor(threads) as executor:
        return list(executor.map(make, range(n)))


def make_trace(n_photos, n_requests, n_wanted, exponent):
    """Requests of different photos; the i-th popular one is wanted 1 / i^s
    times as often as the first."""
    random = np.random.default_rng(1)
    chances = np.arange(1, n_photos + 1) ** -exponent
    chances /= chances.sum()
    names = random.permutation(n_photos)
    return [names[random.choice(n_photos, n_wanted, False, chances)].tolist()
            for _ in range(n_requests)]
