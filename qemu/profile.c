// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU's that counts which instructions of the guest's kernel are
 * executed, between one mark (tests/prog/mark.c) and the next. For scripts/profile.
 *
 * Argument: out=FILE. For each pair of marks it gets a line "marks", and then lines
 * "ADDRESS TIMES".
 *
 * What is declared here is what QEMU 7.2 documents for version 1 of its interface:
 * Debian 12 has the interface, but no header for it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct block;
struct instruction;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
		void (*translated)(plugin_id id, struct block *block));
size_t qemu_plugin_tb_n_insns(const struct block *block);
struct instruction *qemu_plugin_tb_get_insn(const struct block *block, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct instruction *insn);
const void *qemu_plugin_insn_data(const struct instruction *insn);
size_t qemu_plugin_insn_size(const struct instruction *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct instruction *insn,
		void (*executed)(unsigned int cpu, void *data), int flags,
		int access, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct instruction *insn,
		int add, void *counter, uint64_t n);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

/* More than a kernel has instructions that are ever executed. */
#define SLOT_BITS	22
#define SLOTS		(1ul << SLOT_BITS)

static struct slot {
	uint64_t address;
	uint64_t times;
	uint64_t before;	/* the last mark */
} *slots;

static FILE *out;

static uint64_t *counter_of(uint64_t address)
{
	uint64_t i = address * 0x9e3779b97f4a7c15u >> (64 - SLOT_BITS);

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS;
	slots[i].address = address;
	return &slots[i].times;
}

static void mark(unsigned int cpu, void *data)
{
	static bool counting;
	size_t i;

	(void)cpu;
	(void)data;
	if (counting)
		fputs("marks\n", out);
	for (i = 0; i < SLOTS; i++) {
		struct slot *slot = &slots[i];

		if (counting && slot->times > slot->before)
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n",
				slot->address, slot->times - slot->before);
		slot->before = slot->times;
	}
	fflush(out);
	counting = !counting;
}

static bool is_mark(const struct instruction *insn)
{
	static const unsigned char bytes[] = "\x0f\x1f\x80" "kram";

	return qemu_plugin_insn_size(insn) == sizeof(bytes) - 1 &&
	       !memcmp(qemu_plugin_insn_data(insn), bytes, sizeof(bytes) - 1);
}

/* Addresses of the kernel are those with the highest bit. */
static void translated(plugin_id id, struct block *block)
{
	size_t n = qemu_plugin_tb_n_insns(block), i;

	(void)id;
	for (i = 0; i < n; i++) {
		struct instruction *insn = qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		if (address >> 63)
			qemu_plugin_register_vcpu_insn_exec_inline(insn, 0,
					counter_of(address), 1);
		else if (is_mark(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0, 0,
							       NULL);
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("profile.so wants out=FILE\n", stderr);
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	slots = calloc(SLOTS, sizeof(*slots));
	if (!out || !slots) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
