/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "purgatorio/image.h"

static const char help[] =
	"Usage: purgatorio pack [OPTION]... --window=WHERE -o IMAGE KERNEL\n"
	"       purgatorio pack [OPTION]... --format=image -o IMAGE KERNEL\n"
	"Make one self-verifying image of a kernel, its initrd and its "
	"command\n"
	"line: to be loaded into one window of memory, or one that all that\n"
	"loads Linux kernels can load, UEFI firmware included.\n"
	"\n"
	"  -o, --output=FILE        the image to write\n"
	"  -w, --window=START+SIZE  memory to use; or START-END; K, M, G, T\n"
	"      --initrd=FILE        may be repeated (--ramdisk is the same)\n"
	"      --append=TEXT        the command line (--command-line is the\n"
	"                           same)\n"
	"      --dtb=FILE           arm64, ppc64: the machine's device tree\n"
	"      --console=CONSOLE    where the purgatory speaks: none "
	"(default),\n"
	"                           ttyS0[,115200], 8250,port,0x3f8[,BAUD],\n"
	"                           8250,mmio,ADDRESS[,BAUD[,STRIDE]],\n"
	"                           pl011,ADDRESS or sbsa,ADDRESS; default "
	"with\n"
	"                           --dtb: its stdout-path\n"
	"      --on-mismatch=WHAT   stop (default), reset or boot\n"
	"      --reset=HOW          arch (default), port,0xcf9,6,\n"
	"                           mmio,ADDRESS,VALUE, psci,hvc or psci,smc\n"
	"      --backup=SIZE        save the first SIZE bytes of memory\n"
	"      --purgatory=FILE     another purgatory.elf\n"
	"\n"
	"Of --format=image, and of image-elf, the same as an ELF file "
	"(x86_64:\n"
	"for PVH and multiboot2):\n"
	"      --ucode=FILE         an initrd of microcode, before the others\n"
	"      --os-release=FILE    what the image is called in boot menus\n"
	"      --uname=TEXT         default: the kernel's release\n"
	"      --sbat=FILE          instead of the stub's SBAT\n"
	"      --loader-initrd      take the loader's initrd, if it has one\n"
	"      --loader-cmdline     append all that the loader says\n"
	"      --efi-capture        leave UEFI's boot services in the stub\n"
	"      --stub=FILE          another stub.efi\n"
	"  -h, --help\n";

enum {
	OPT_INITRD = 256,
	OPT_APPEND,
	OPT_CONSOLE,
	OPT_MISMATCH,
	OPT_RESET,
	OPT_BACKUP,
	OPT_DTB,
	OPT_PURGATORY,
	OPT_FORMAT,
	OPT_UCODE,
	OPT_OSREL,
	OPT_UNAME,
	OPT_SBAT,
	OPT_LOADER_INITRD,
	OPT_LOADER_CMDLINE,
	OPT_EFI_CAPTURE,
	OPT_STUB,
};

static const struct option options[] = {
	{"output", required_argument, NULL, 'o'},
	{"window", required_argument, NULL, 'w'},
	{"initrd", required_argument, NULL, OPT_INITRD},
	{"ramdisk", required_argument, NULL, OPT_INITRD},
	{"append", required_argument, NULL, OPT_APPEND},
	{"command-line", required_argument, NULL, OPT_APPEND},
	{"console", required_argument, NULL, OPT_CONSOLE},
	{"on-mismatch", required_argument, NULL, OPT_MISMATCH},
	{"reset", required_argument, NULL, OPT_RESET},
	{"backup", required_argument, NULL, OPT_BACKUP},
	{"dtb", required_argument, NULL, OPT_DTB},
	{"purgatory", required_argument, NULL, OPT_PURGATORY},
	{"format", required_argument, NULL, OPT_FORMAT},
	{"ucode", required_argument, NULL, OPT_UCODE},
	{"os-release", required_argument, NULL, OPT_OSREL},
	{"uname", required_argument, NULL, OPT_UNAME},
	{"sbat", required_argument, NULL, OPT_SBAT},
	{"loader-initrd", no_argument, NULL, OPT_LOADER_INITRD},
	{"loader-cmdline", no_argument, NULL, OPT_LOADER_CMDLINE},
	{"efi-capture", no_argument, NULL, OPT_EFI_CAPTURE},
	{"stub", required_argument, NULL, OPT_STUB},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct arguments {
	struct pg_capture_options capture; /* with those of both formats */
	struct cli_files files;
	const char *kernel, *output, *purgatory, *stub;
	bool image;	   /* --format=image or image-elf */
	bool image_option; /* one that has no sense otherwise */
};

static enum pg_status map(const char *path, struct pg_bytes *out,
			  struct pg_error *error)
{
	pg_file_unmap(out);
	return cli_map(path, out, error);
}

static enum pg_status take_format(struct arguments *arguments,
				  struct pg_error *error)
{
	arguments->capture.elf = strcmp(optarg, "image-elf") == 0;
	arguments->image =
		arguments->capture.elf || strcmp(optarg, "image") == 0;
	if (arguments->image || strcmp(optarg, "window") == 0)
		return PG_OK;
	return pg_fail(error, PG_E_USAGE,
		       "format '%s': give window (default), image or "
		       "image-elf",
		       optarg);
}

/* Options of --format=image. */
static enum pg_status take_image(int option, struct arguments *arguments,
				 struct pg_error *error)
{
	struct pg_capture_options *capture = &arguments->capture;

	arguments->image_option = true;
	switch (option) {
	case OPT_UCODE:
		return map(optarg, &capture->microcode, error);
	case OPT_OSREL:
		return map(optarg, &capture->os_release, error);
	case OPT_SBAT:
		return map(optarg, &capture->sbat, error);
	case OPT_UNAME:
		capture->uname = optarg;
		return PG_OK;
	case OPT_LOADER_INITRD:
		capture->flags |= PG_IMAGE_LOADER_INITRD;
		return PG_OK;
	case OPT_LOADER_CMDLINE:
		capture->flags |= PG_IMAGE_LOADER_CMDLINE;
		return PG_OK;
	case OPT_EFI_CAPTURE:
		capture->flags |= PG_IMAGE_EFI_CAPTURE;
		return PG_OK;
	default:
		arguments->stub = optarg;
		return PG_OK;
	}
}

static enum pg_status take(int option, struct arguments *arguments,
			   struct pg_error *error)
{
	struct pg_pack_options *pack = &arguments->capture.pack;

	switch (option) {
	case 'o':
		arguments->output = optarg;
		return PG_OK;
	case 'w':
		return cli_parse_window(optarg, &pack->window_start,
					&pack->window_bytes, error);
	case OPT_INITRD:
		return cli_files_add(&arguments->files, optarg, error);
	case OPT_APPEND:
		pack->command_line = optarg;
		return PG_OK;
	case OPT_DTB:
		return map(optarg, &pack->dtb, error);
	case OPT_CONSOLE:
		pack->console_of_dtb = false;
		return cli_parse_console(optarg, &pack->console, error);
	case OPT_MISMATCH:
		return cli_parse_policy(optarg, &pack->policy, error);
	case OPT_RESET:
		return cli_parse_reset(optarg, &pack->reset, error);
	case OPT_BACKUP:
		if (cli_parse_bytes(optarg, &pack->backup_bytes))
			return PG_OK;
		return pg_fail(error, PG_E_USAGE,
			       "backup '%s': give a size, as in 640K", optarg);
	case OPT_FORMAT:
		return take_format(arguments, error);
	case OPT_PURGATORY:
		arguments->purgatory = optarg;
		return PG_OK;
	default:
		return take_image(option, arguments, error);
	}
}

/* Where there is no UEFI, a stub is but a door. */
static const char *stub_of(uint32_t arch)
{
	return arch == PG_ARCH_PPC64 ? "door.bin" : "stub.efi";
}

static enum pg_status run(struct arguments *arguments, struct pg_error *error)
{
	struct cli_files *files = &arguments->files;
	struct pg_pack_options *pack = &arguments->capture.pack;
	struct pg_kernel kernel = {.arch = 0};
	struct cli_progress progress;
	enum pg_status status;

	/* The kernel is the last of the files: initrds came as options. */
	pack->initrd_count = files->count;
	status = cli_files_add(files, arguments->kernel, error);
	if (status != PG_OK)
		return status;
	pack->initrds = files->bytes;
	pack->kernel = files->bytes[files->count - 1];
	pack->files = files->files;
	pack->file_count = files->count;
	/* Whose purgatory it needs is the kernel's to say. */
	status = pg_kernel_read(pack->kernel, &kernel, error);
	if (status != PG_OK)
		return status;
	pack->kernel_read = &kernel;
	pack->progress = cli_progress_show;
	pack->progress_context = &progress;
	cli_progress_start(&progress);
	status = cli_map_part(arguments->purgatory, kernel.arch,
			      arguments->image &&
					      (kernel.arch == PG_ARCH_ARM64 ||
					       kernel.arch == PG_ARCH_PPC64)
				      ? "purgatory-image.elf"
				      : "purgatory.elf",
			      &pack->purgatory_elf, error);
	/* An s390x kernel's own first bytes are the door. */
	if (status == PG_OK && arguments->image && kernel.arch != PG_ARCH_S390X)
		status = cli_map_part(arguments->stub, kernel.arch,
				      stub_of(kernel.arch),
				      &arguments->capture.stub, error);
	if (status == PG_OK)
		status = arguments->image
				 ? pg_pack_capture(&arguments->capture,
						   arguments->output, error)
				 : pg_pack(pack, arguments->output, error);
	cli_progress_end(&progress);
	pg_file_unmap(&pack->purgatory_elf);
	pg_kernel_free(&kernel);
	return status;
}

static int finish(struct arguments *arguments, int status)
{
	pg_file_unmap(&arguments->capture.stub);
	pg_file_unmap(&arguments->capture.microcode);
	pg_file_unmap(&arguments->capture.os_release);
	pg_file_unmap(&arguments->capture.sbat);
	pg_file_unmap(&arguments->capture.pack.dtb);
	cli_files_free(&arguments->files);
	return status;
}

int cli_pack(int argc, char **argv)
{
	struct arguments arguments = {.capture.pack.console_of_dtb = true};
	struct pg_error error;
	int option;

	while ((option = getopt_long(argc, argv, ":o:w:h", options, NULL)) !=
	       -1) {
		if (option == 'h')
			return finish(&arguments, cli_print(help));
		if (option == '?' || option == ':')
			return finish(&arguments,
				      cli_bad_option("pack", argv, option));
		if (take(option, &arguments, &error) != PG_OK)
			return finish(&arguments, cli_fail(&error));
	}
	if (argc - optind != 1)
		return finish(&arguments,
			      cli_usage("pack", "%s",
					argc == optind ? "no kernel was named"
						       : "more than one "
							 "kernel"));
	arguments.kernel = argv[optind];
	if (arguments.output == NULL)
		return finish(&arguments,
			      cli_usage("pack", "no output; give -o IMAGE"));
	if (arguments.image_option && !arguments.image)
		return finish(&arguments,
			      cli_usage("pack", "an option of --format=image "
						"without it"));
	if (arguments.image && arguments.capture.pack.window_bytes != 0)
		return finish(&arguments,
			      cli_usage("pack", "--window, and an image lies "
						"where its loader puts it"));
	if (!arguments.image && arguments.capture.pack.window_bytes == 0)
		return finish(&arguments,
			      cli_usage("pack", "no memory; give --window, as "
						"in --window=0x30000000+256M"));
	if (run(&arguments, &error) != PG_OK)
		return finish(&arguments, cli_fail(&error));
	return finish(&arguments, CLI_OK);
}
