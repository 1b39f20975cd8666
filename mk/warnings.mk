# SPDX-License-Identifier: BSD-2-Clause
# What both compilers must accept in every file of ours.
WARNINGS := -std=c11 -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes \
	    -Wshadow -Wconversion -Wvla -Wundef -Wdate-time -Werror
