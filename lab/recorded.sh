#!/bin/sh
# mmap_fsync with record-writeback.sh beside it; tells what that recorded, and whether it left anything behind.
#   recorded.sh FILE SECONDS
# The recorder takes some seconds before it begins where the machine is busy.
mmap_fsync "$1" $(($2 + 15)) &
racer=$!
# The file is there by then.
sleep 1
record-writeback.sh "$1" 1 /tmp/capture || echo "broken the recorder refused"
wait $racer
# Once more, ended before its time.
record-writeback.sh "$1" 60 /tmp/ended &
recorder=$!
sleep 2
kill $recorder
wait $recorder
[ ! -e /sys/kernel/tracing/instances/stable-pages ] || echo "broken the recorder left its instance"
! grep -q stablepages /sys/kernel/tracing/kprobe_events || echo "broken the recorder left its probes"
grep -q ' ino=' /tmp/capture || echo "broken the recorder saw nothing of the file"
echo "capture begins"
head -n 900 /tmp/capture
echo "capture ends"
