# A process with two threads, for tests. `same`: the thread starts with the filter of its parent; `different`: it started
# before the filter was set, so it has none. Prints `ready` then, and ends when
# standard input does.
import ctypes, struct, sys, threading

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
libc = ctypes.CDLL(None, use_errno=True)


def set_filter():
    # everything is allowed: load the number, return
    program = struct.pack("HBBI", 0x20, 0, 0, 0) + struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)
    buffer = ctypes.create_string_buffer(program)
    fprog = struct.pack("HxxxxxxQ", 2, ctypes.addressof(buffer))
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_SECCOMP, MODE_FILTER, fprog, 0, 0) == 0


thread = threading.Thread(target=threading.Event().wait, daemon=True)
if sys.argv[1] == "different":
    thread.start()
    set_filter()
else:
    set_filter()
    thread.start()
print("ready", flush=True)
sys.stdin.read()
