// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell QEMU's plugin (qemu/profile.c) that counting begins, or ends: by an
 * instruction that does nothing and that nobody else has.
 */
int main(void)
{
	asm volatile("nopl 0x6d61726b(%rax)");
	return 0;
}
