#!/bin/bash
# A list in sixteen shards, as an array of Slurm. In a folder that all nodes see, with README.md's cluster.toml in it:
#
#   export LIST=$PWD/campaign.csv BULKLABEL_CONFIG=$PWD/cluster.toml
#   array=$(sbatch --parsable slurm.sh)
#   sbatch --dependency=afterany:"$array" slurm-merge.sh
#
# Another number of shards: SHARDS=4 beside LIST, and `sbatch --array=1-4`. Tasks that are queued again wait for two minutes;
# `scontrol update JobId=… StartTime=now` spares them that.
#
#SBATCH --job-name=bulklabel
#SBATCH --array=1-16
#SBATCH --ntasks=1
#SBATCH --mem=500M
#SBATCH --output=bulklabel-%A_%a.log
# A task whose node dies starts again on another, and carries its shard on; its log goes on, too.
#SBATCH --requeue
#SBATCH --open-mode=append
# Two minutes before its time limit a task is told to end, does so with 143, and is queued again.
#SBATCH --signal=B:TERM@120
set -eu

# "auto/16" and never "auto" with Slurm's own count: `sbatch --array=3,7` runs two tasks again of what are sixteen shards.
# `exec` hands signals to the program, and its exit status to Slurm. 75 means "try later", 143 that it was told to end: with
# `RequeueExit=75,143` in slurm.conf the task is queued again. 2 and 3 end it, as a person must look. --partial-ok: rows to look
# at are no failure of a task.
exec "${BULKLABEL:-bulklabel}" run "$LIST" --shard "auto/${SHARDS:-16}" --partial-ok
