# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""NumPy arrays side by side, at the speed of memory."""

from ntstrip._ntstrip import kernel

__all__ = ['kernel']
