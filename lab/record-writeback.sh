#!/bin/sh
# Records how a running Linux writes back one file: which task locks, cleans, writes, waits for which folio, and what the
# disk is sent. As root; needs tracefs and nothing else.
#
#   record-writeback.sh FILE SECONDS OUTPUT
#
# OUTPUT gets lines of the kernel's trace buffer, as text. The file itself is only looked at. All is recorded in a tracing
# instance of its own, which goes away at the end, also when this is interrupted; other tracing stays as it is.
#
# x86-64, Linux 5.18 and later. Kprobes read the folio's index and inode by their names in BTF where the kernel can (6.2 and
# later, and where it has BTF); else at the offsets of 6.1, which are tried on a file of its own first.
set -u

say() { echo "record-writeback: $*" >&2; }

refuse() {
    say "$*"
    exit 1
}

[ $# = 3 ] || refuse "usage: record-writeback.sh FILE SECONDS OUTPUT"
file=$1 seconds=$2 output=$3
case $seconds in '' | *[!0-9]* | 0) refuse "\"$seconds\" is no number of seconds" ;; esac
[ -f "$file" ] || refuse "$file is no file"
[ "$(id -u)" = 0 ] || refuse "tracing needs root"
[ "$(uname -m)" = x86_64 ] || refuse "this knows where x86-64 has a function's arguments; this machine is $(uname -m)"
: >"$output" || exit 1

tracing=/sys/kernel/tracing
[ -e $tracing/kprobe_events ] || mount -t tracefs tracefs $tracing 2>/dev/null
[ -e $tracing/kprobe_events ] || refuse "there is no $tracing/kprobe_events: the kernel has no kprobe events, or lockdown forbids them"
instance=$tracing/instances/stable-pages
[ ! -e $instance ] || refuse "$instance is there already: another recording runs, or was killed (then: rmdir $instance)"

inode=$(stat -c %i "$file")
name=$(stat -c %d "$file")
number=$(((name >> 8) & 4095)):$(((name & 255) | ((name >> 12) & 1048320)))
# Requests are the whole disk's, not a partition's.
disk=/sys/dev/block/$number
[ ! -e "$disk/partition" ] || disk=$disk/..
disk=$(cat "$disk/dev" 2>/dev/null)

probes=
clean() {
    trap '' INT TERM HUP
    [ -z "${sleeper:-}" ] || kill "$sleeper" 2>/dev/null
    if [ -e $instance ]; then
        echo 0 >$instance/tracing_on
        echo 0 >$instance/events/enable 2>/dev/null
        rmdir $instance
    fi
    for probe in $probes; do echo "-:stablepages/$probe" >>$tracing/kprobe_events 2>/dev/null; done
    [ -z "${trial:-}" ] || rm -f "$trial"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP
mkdir $instance || refuse "could not make a tracing instance"

# probe NAME WHAT: a kprobe event, p or r in front; nothing where the kernel refuses it.
probe() {
    echo "$2" >>$tracing/kprobe_events 2>/dev/null || return 1
    probes="$probes $1"
}

by_name='folio=folio:x64 index=folio->index:u64 ino=folio->mapping->host->i_ino:u64'
by_offset='folio=%di:x64 index=+32(%di):u64 ino=+64(+0(+24(%di))):u64'
arguments=$by_name
if probe folio_unlock "p:stablepages/folio_unlock folio_unlock $by_name"; then
    how="by their names in BTF"
else
    arguments=$by_offset
    how="at the offsets of 6.1, tried on a file"
    probe folio_unlock "p:stablepages/folio_unlock folio_unlock $by_offset" ||
        refuse "this kernel has no function folio_unlock that could be probed: it is older than 5.18"
fi

# A trial: what is written into a file of our own must be seen, under its inode's number.
trial=$(mktemp "${output}.trial.XXXXXX") || exit 1
echo 1 >$instance/events/stablepages/folio_unlock/enable
echo trial >"$trial"
echo 0 >$instance/events/stablepages/folio_unlock/enable
grep -q " ino=$(stat -c %i "$trial")\$" $instance/trace ||
    refuse "the probe does not see the inode's number of a file that is written: this kernel's folios are laid out in another way, and it has no BTF to say how"
rm -f "$trial"
trial=
echo 0 >$instance/tracing_on
echo >$instance/trace

for function in folio_mark_dirty folio_clear_dirty_for_io folio_mkclean __folio_start_writeback folio_end_writeback \
    folio_wait_writeback folio_wait_stable __folio_lock; do
    probe "$function" "p:stablepages/$function $function $arguments" || say "$function cannot be probed here"
done
# Whoever faults for writing, between call and return.
for function in ext4_page_mkwrite xfs_filemap_fault __xfs_filemap_fault btrfs_page_mkwrite filemap_page_mkwrite; do
    probe "$function" "p:stablepages/$function $function" || continue
    # shellcheck disable=SC2016
    probe "${function}_ret" 'r:stablepages/'"$function"'_ret '"$function"' ret=$retval:x32'
done
probe bio_integrity_prep 'p:stablepages/bio_integrity_prep bio_integrity_prep bio=%di:x64'

events=$instance/events
for event in "$events"/stablepages/*/; do
    if grep -q 'field:.* ino;' "$event/format"; then echo "ino == $inode" >"$event/filter"; fi
    echo 1 >"$event/enable"
done
for event in writeback/writeback_dirty_folio writeback/folio_wait_writeback; do
    [ -e "$events/$event" ] || continue
    echo "ino == $inode" >"$events/$event/filter"
    echo 1 >"$events/$event/enable"
done
for event in block/block_rq_issue block/block_rq_complete; do
    # In the kernel, a device's number is 12 bits of major and 20 of minor.
    case $disk in
    *:*) echo "dev == $(((${disk%:*} << 20) | ${disk#*:}))" >"$events/$event/filter" ;;
    *) say "the file system is on no single disk: requests of all disks are recorded" ;;
    esac
    echo 1 >"$events/$event/enable"
done

echo 1 >$instance/tracing_on
say "recording inode $inode for $seconds s; arguments $how"
# In the background: a signal is taken while one waits, not while sleep runs.
sleep "$seconds" &
sleeper=$!
wait $sleeper
sleeper=
echo 0 >$instance/tracing_on
{
    echo "# stable-pages capture 1"
    echo "# kernel: $(uname -r)"
    echo "# file: inode $inode on device $number, disk ${disk:-unknown}"
    echo "# arguments: $how"
    for cpu in "$instance"/per_cpu/cpu*; do
        lost=$(sed -n 's/^overrun: //p' "$cpu/stats")
        [ "${lost:-0}" = 0 ] || echo "# lost: $lost lines of ${cpu##*/}, the oldest"
    done
    cat $instance/trace
} >"$output"
say "$(grep -c " ino=$inode" "$output") lines about the file in $output"
