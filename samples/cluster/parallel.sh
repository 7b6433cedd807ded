#!/bin/bash
# A list in sixteen shards, over ssh on the machines that are named. In a folder that all of them see under the same path:
#
#   LIST=$PWD/campaign.csv BULKLABEL_CONFIG=$PWD/cluster.toml parallel.sh alice@node1 alice@node2
#
# The same command again runs what has failed, on those machines that are up, and carries those shards on. How many
# shards there are and how many run at a time on a machine: SHARDS=16 JOBS=4 beside LIST.
set -eu

: "${LIST:?names the list}" "${BULKLABEL_CONFIG:?names the settings file}"
shards=${SHARDS:-16}
read -ra ssh <<<"${PARALLEL_SSH:-ssh}"
hosts=()
for host; do
  if "${ssh[@]}" -n -o BatchMode=yes -o ConnectTimeout=10 "$host" true; then
    hosts+=(--sshlogin "${JOBS:-4}/$host")
  else
    echo "$host can't be reached, and is left out" >&2
  fi
done
((${#hosts[@]})) || exit 75

# The settings are named on the command line, as ssh takes no variables along. But GNU parallel hands PARALLEL_SEQ over, by which
# "auto/16" knows which shard it is. --partial-ok: rows to look at are no failure.
run="${BULKLABEL:-bulklabel} run ${LIST@Q} --config ${BULKLABEL_CONFIG@Q} --shard auto/$shards --partial-ok"

# --resume-failed runs what has not ended well by the log. No --retries: those would go on blindly with a shard that has stopped
# because a person must look (exit status 3). -N0: the numbers only say how many there are.
parallel "${hosts[@]}" --joblog "${LIST%.csv}.joblog" --resume-failed --line-buffer --tag -N0 "$run" ::: $(seq "$shards")

exec "${BULKLABEL:-bulklabel}" merge "${LIST%.csv}.results".*-of-"$shards".csv
