/* The import library of Z3: build.rs makes it into `libz3.a`, and that is what `-lz3` of the crate z3-sys finds.
 *
 * Each function of functions.h is here as one jump through a slot. `symbolic/z3_library.rs` opens libz3 while the
 * program runs and fills the slots. So a program builds without Z3, starts without Z3 and can say in its own words what
 * is missing; and it can never be linked with an older Z3 that happens to be installed.
 *
 * A jump leaves registers and stack as they are: it serves every signature.
 */
#include <stdio.h>
#include <stdlib.h>

/* Every slot points here until it is filled: a bug of ours, never one of the user. */
static void not_loaded(void) {
  fputs("internal error: a Z3 function was called before `z3_library` loaded it, or this libz3 lacks it\n", stderr);
  abort();
}

#if defined(__x86_64__)
#define JUMP(slot) "jmp *" #slot "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(slot) "adrp x16, " #slot "\nldr x16, [x16, :lo12:" #slot "]\nbr x16\n"
#else
#error "Watertight runs on x86_64 and aarch64 Linux: for another processor, add its indirect jump here"
#endif

#define Z3_FUNCTION(name)                                                                          \
  __attribute__((visibility("hidden"))) void (*slot_##name)(void) = not_loaded;                    \
  __asm__(".text\n.globl " #name "\n.type " #name ", %function\n"                                  \
          #name ":\n" JUMP(slot_##name) ".size " #name ", . - " #name "\n");
#include "functions.h"
#undef Z3_FUNCTION

/* What the loader fills: name and slot, ended by a null name. */
#define Z3_FUNCTION(name) {#name, (void **)&slot_##name},
const struct {
  const char *name;
  void **slot;
} watertight_z3_functions[] = {
#include "functions.h"
    {0, 0}};
