# SPDX-License-Identifier: BSD-2-Clause
# Bare-metal tests: a door that enters the purgatory as a crashed kernel does,
# and a payload in the kernel's place that prints what it was given.
M := tests/baremetal

$(B)/baremetal/x86_64/%.S.o: $(M)/x86_64/%.S
	$(Q)mkdir -p $(@D)
	$(Q)$(CC_x86_64) -m64 -Iinclude -I. -MMD -MP -c $< -o $@
$(B)/baremetal/x86_64/%.c.o: $(M)/x86_64/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC_x86_64) $(TFLAGS_x86_64) $(WARNINGS) -Iinclude -I. -MMD -MP \
		-c $< -o $@
$(B)/baremetal/x86_64/door.elf: $(M)/x86_64/door.ld \
		$(B)/baremetal/x86_64/door.S.o
	$(call say,LD,$@)
	$(Q)$(LD_x86_64) -m elf_x86_64 -static --build-id=none --no-warn-rwx-segments \
		-T $^ -o $@
$(B)/baremetal/x86_64/payload.elf: $(M)/x86_64/payload.ld \
		$(B)/baremetal/x86_64/payload.S.o $(B)/baremetal/x86_64/payload.c.o
	$(call say,LD,$@)
	$(Q)$(LD_x86_64) -m elf_x86_64 -static --build-id=none --no-warn-rwx-segments \
		-T $^ -o $@
$(B)/baremetal/x86_64/payload.bin: $(B)/baremetal/x86_64/payload.elf
	$(Q)$(OBJCOPY_x86_64) -O binary $< $@

.PHONY: baremetal
baremetal: $(addprefix $(B)/baremetal/x86_64/,door.elf payload.bin)
-include $(wildcard $(B)/baremetal/x86_64/*.d)
