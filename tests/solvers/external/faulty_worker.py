# A worker that does wrong in the way that its first argument says; without one it halves the state.
import os
import signal
import struct
import sys
import time

how = sys.argv[1] if len(sys.argv) > 1 else ""
marker = sys.argv[2] if len(sys.argv) > 2 else ""
requests, answers = sys.stdin.buffer, sys.stdout.buffer


def say(data):
    answers.write(data)
    answers.flush()


if how == "dies_at_start":
    sys.stderr.write("no licence left\n")
    sys.exit(9)
if how == "prints_text":
    print("Solver 3.1 ready")
    sys.stdout.flush()
greeting = requests.read(24)
dimension = struct.unpack("<8sqq", greeting)[2]
if how == "other_version":
    greeting = struct.pack("<8sqq", b"FORERUNW", 2, dimension)
if how == "other_dimension":
    greeting = struct.pack("<8sqq", b"FORERUNW", 1, dimension + 1)
if how == "silent_at_start":
    time.sleep(1000)
say(greeting)
while request := requests.read(24 + 8 * dimension):
    number, t0, t1, *u = struct.unpack(f"<Qdd{dimension}d", request)
    u = [x / 2 for x in u]
    if how == "hangs":
        time.sleep(1000)
    if how == "hangs_on":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.stderr.write("hanging on\n")
        sys.stderr.flush()
        time.sleep(1000)
    if how == "dies":
        sys.stderr.write("segment is at fault\n")
        sys.exit(5)
    if how == "is_killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "dies_once" and not os.path.exists(marker):
        open(marker, "w").close()
        sys.exit(7)
    if how == "dies_after_answer":
        say(struct.pack(f"<Qq{dimension}d", number, 0, *u))
        sys.exit(0)
    if how == "gives_nan":
        u[-1] = float("nan")
    if how == "fails":
        reason = f"no convergence from {u[0]}\n\x07".encode()
        say(struct.pack("<Qqq", number, 3, len(reason)) + reason)
        continue
    if how == "fails_at_length":
        say(struct.pack("<Qqq", number, 3, 1 << 40))
        continue
    if how == "answers_another":
        number += 1
    if how == "talks":
        sys.stderr.write("blah " * 200000 + "done\n")
        sys.stderr.flush()
    if how == "talks_and_dies":
        sys.stderr.buffer.write(b"blah " * 200000 + b"\xe9nd\n")
        sys.stderr.flush()
        os._exit(1)
    answer = struct.pack(f"<Qq{dimension}d", number, 0, *u)
    if how == "too_few":
        say(answer[:-4])
        sys.exit(0)
    if how == "too_many":
        answer += b"\0" * 8
    if how == "closes_output":
        os.close(1)
        time.sleep(1000)
    say(answer)
if how == "stays":
    time.sleep(1000)
