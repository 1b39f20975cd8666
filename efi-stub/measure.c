/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measurements as systemd-stub(7) makes them, so that its tools predict them:
 * for each section, in this order, its name with the NUL and then its content,
 * into PCR 11. TCG EFI Protocol Specification, family 2.0.
 */
#include <string.h>

#include "efi-stub/stub.h"

#define PCR_IMAGE   11
#define PCR_OPTIONS 12
#define EV_IPL	    0x0d

/* EFI_TCG2_EVENT, packed, with room for a description. */
struct event {
	UINT32 bytes;
	UINT32 header_bytes;
	UINT16 header_version;
	UINT32 pcr;
	UINT32 type;
	CHAR16 text[16];
} __attribute__((packed));
#define EVENT_HEADER_BYTES 14

struct tcg2 {
	void *get_capability;
	void *get_event_log;
	EFI_STATUS(EFIAPI *hash_log_extend)
	(struct tcg2 *this, UINT64 flags, EFI_PHYSICAL_ADDRESS data,
	 UINT64 bytes, struct event *event);
};

static EFI_GUID tcg2_id = {0x607f766c,
			   0x7455,
			   0x42be,
			   {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};
/* Where systemd looks which PCR holds the image (its Boot Loader Interface). */
static EFI_GUID loader_id = {0x4a67b082,
			     0x0a4c,
			     0x41cf,
			     {0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f}};

static EFI_STATUS extend(struct tcg2 *tpm, UINT32 pcr, const char *name,
			 struct pg_span data)
{
	struct event event = {.header_bytes = EVENT_HEADER_BYTES,
			      .header_version = 1,
			      .pcr = pcr,
			      .type = EV_IPL};
	const size_t most = sizeof(event.text) / sizeof(CHAR16) - 1;
	size_t length = strlen(name);
	size_t i;

	if (length > most)
		length = most;
	for (i = 0; i < length; i++)
		event.text[i] = (CHAR16)(unsigned char)name[i];
	event.bytes = (UINT32)(sizeof(event) - sizeof(event.text) +
			       (length + 1) * sizeof(CHAR16));
	return tpm->hash_log_extend(tpm, 0, data.start, data.bytes, &event);
}

/* The order of systemd-measure(1). Which sections there are is known from the
 * section table, which is signed or not at all; what they hold was verified. */
static const char *name_of(unsigned index)
{
	switch (index) {
	case 0:
		return ".linux";
	case 1:
		return ".osrel";
	case 2:
		return ".cmdline";
	case 3:
		return ".initrd";
	case 4:
		return ".ucode";
	case 5:
		return ".dtb";
	case 6:
		return ".uname";
	case 7:
		return ".sbat";
	default:
		return NULL;
	}
}

static void tell_systemd(const struct stub *stub)
{
	static CHAR16 name[] = L"StubPcrKernelImage";
	static CHAR16 number[] = L"11";

	(void)stub->system->RuntimeServices->SetVariable(
		name, &loader_id,
		EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS,
		sizeof(number), number);
}

void stub_measure(const struct stub *stub)
{
	EFI_STATUS status = EFI_SUCCESS;
	struct tcg2 *tpm;
	const char *name;

	if (stub->boot->LocateProtocol(&tcg2_id, NULL, (void **)&tpm) !=
	    EFI_SUCCESS)
		return;
	for (unsigned i = 0; (name = name_of(i)) && status == EFI_SUCCESS;
	     i++) {
		const struct pg_span label = {(uintptr_t)name,
					      strlen(name) + 1};
		struct pg_span section;

		if (!stub_section(stub->image, name, &section))
			continue;
		status = extend(tpm, PCR_IMAGE, name, label);
		if (status == EFI_SUCCESS)
			status = extend(tpm, PCR_IMAGE, name, section);
	}
	if (status == EFI_SUCCESS && stub->options[stub->own_length] != 0) {
		const struct pg_span line = {(uintptr_t)stub->options,
					     stub->options_bytes};

		status = extend(tpm, PCR_OPTIONS, "command line", line);
	}
	if (status != EFI_SUCCESS)
		stub_say_status("TPM: a measurement failed", status);
	else
		tell_systemd(stub);
}
