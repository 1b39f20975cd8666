/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The note that makes an ELF64 file one of our images (PROTOCOL.md, "The image
 * file"). Offsets in the note; integers are in the byte order of the file.
 */
#ifndef PURGATORIO_PACK_IMAGE_IMAGE_NOTE_H
#define PURGATORIO_PACK_IMAGE_IMAGE_NOTE_H

#define IMAGE_NOTE_NAME	      "purgatorio" /* 11 bytes with the NUL */
#define IMAGE_NOTE_TYPE	      1
#define IMAGE_NOTE_NAME_AT    12 /* behind namesz, descsz, type */
#define IMAGE_NOTE_NAME_BYTES 11
#define IMAGE_NOTE_DESC_AT    24 /* the name is padded to 12 */
#define IMAGE_NOTE_VERSION    (IMAGE_NOTE_DESC_AT + 0)	/* u32 */
#define IMAGE_NOTE_ARCH	      (IMAGE_NOTE_DESC_AT + 4)	/* u32 */
#define IMAGE_NOTE_PURGATORY  (IMAGE_NOTE_DESC_AT + 8)	/* u64 address */
#define IMAGE_NOTE_MANIFEST   (IMAGE_NOTE_DESC_AT + 16) /* u64 address */
#define IMAGE_NOTE_DESC_BYTES 24
#define IMAGE_NOTE_BYTES      (IMAGE_NOTE_DESC_AT + IMAGE_NOTE_DESC_BYTES)

/* From the purgatory to e_entry where an s390x image is entered once, in any
 * mode: by IPL, not by a kernel that asks first (arch/s390x/entry.S). */
#define IMAGE_S390X_ONCE 8

#endif
