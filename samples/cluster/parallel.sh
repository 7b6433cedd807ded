#!/bin/bash
# A list in sixteen shards, over ssh on the machines that are named. In a folder that all of them see under the same path:
#
#   LIST=$PWD/campaign.csv BULKLABEL_CONFIG=$PWD/cluster.toml ./parallel.sh alice@node1 alice@node2
#
# The same command again runs what has failed, on those machines that are up, and carries those shards on. It ends with 3 or 2
# where a shard has: a person must look. 75 is "try later", and all else what the merge says. BULKLABEL=/path/to/bulklabel names
# the program where it is not on the PATH of all machines, SHARDS=32 another number of shards, and JOBS=4 how many run at a time
# on a machine: all of them at once where it is not given, as `rate_split` in cluster.toml needs it.
set -eu

: "${LIST:?names the list}" "${BULKLABEL_CONFIG:?names the settings file}"
shards=${SHARDS:-16}
program=${BULKLABEL:-bulklabel}
# The list's name without its ending, as bulklabel names what belongs to it.
name=${LIST##*/} && name=${name%.gz} && name=${name%.zst}
base=${LIST%"${LIST##*/}"}${name%.*}
log=$base.joblog stop=$base.stop

read -ra ssh <<<"${PARALLEL_SSH:-ssh}"
up=()
for host; do
  if "${ssh[@]}" -n -o BatchMode=yes -o ConnectTimeout=10 "$host" true; then
    up+=("$host")
  else
    echo "$host can't be reached, and is left out" >&2
  fi
done
((${#up[@]})) || exit 75
hosts=()
for host in "${up[@]}"; do
  hosts+=(--sshlogin "${JOBS:-$(((shards + ${#up[@]} - 1) / ${#up[@]}))}/$host")
done

# The settings are named on the command line, as ssh takes no variables along. But GNU parallel hands PARALLEL_SEQ over, by which
# "auto/16" knows which shard it is. --partial-ok: rows to look at are no failure.
run="${program@Q} run ${LIST@Q} --config ${BULKLABEL_CONFIG@Q} --shard auto/$shards --partial-ok"
# All shards have one account and one list: where one has ended with 2 or 3, no other is started.
job="test -e ${stop@Q} && exit 75; $run; ended=\$?; case \$ended in 2|3) touch ${stop@Q};; esac; exit \$ended"
rm -f "$stop"

# --resume-failed runs what has not ended well by the log. No --retries: those would go on blindly with a shard that has stopped
# because a person must look (exit status 3). -N0: the numbers only say how many there are.
parallel "${hosts[@]}" --joblog "$log" --resume-failed --line-buffer --tag -N0 "$job" ::: $(seq "$shards") &&
  exec "$program" merge "$base.results".*-of-"$shards".csv

# GNU parallel ends with the number of jobs that have failed; its log says how each one last ended. Signals are no status.
[[ -s $log ]] || exit 2
exit "$(awk -F '\t' 'NR > 1 { last[$1] = $7 }
  END { for (n in last) ended[last[n]] = 1; print 3 in ended ? 3 : 2 in ended ? 2 : 75 }' "$log")"
