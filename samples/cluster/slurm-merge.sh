#!/bin/bash
# Joins what the shards of slurm.sh have written; the first lines there say how it is started.
#
# It waits with afterany for the whole array: Slurm counts a task that once ended with 75 as failed for afterok, though it was
# queued again and has ended well. Nothing is lost by that: shards that are missing or unfinished are named, and nothing is written.
#
#SBATCH --job-name=bulklabel-merge
#SBATCH --ntasks=1
#SBATCH --mem=500M
#SBATCH --output=bulklabel-merge-%j.log
#SBATCH --mail-type=END,FAIL
set -eu

# The list's name without its ending, as bulklabel names what belongs to it.
name=${LIST##*/} && name=${name%.gz} && name=${name%.zst}
base=${LIST%"${LIST##*/}"}${name%.*}
# Exit status 1 is rows to look at: Slurm calls that a failure, and the result is there.
exec "${BULKLABEL:-bulklabel}" merge "$base.results".*-of-"${SHARDS:-16}".csv
