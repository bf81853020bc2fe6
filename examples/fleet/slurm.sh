#!/bin/sh
# An array of parts in a folder that all nodes share, and then their join:
#   job=$(sbatch --parsable --array=1-16 --requeue slurm.sh)
#   sbatch --dependency=afterok:"$job" --wrap 'pibake fleet merge kits'
# A part that is killed or requeued makes what it has not made yet.
#SBATCH --job-name=kits
#SBATCH --ntasks=1
set -eu
exec pibake fleet kit.yaml --inventory kits.csv --base base.img.xz -o kits --shard auto --jobs "${SLURM_CPUS_ON_NODE:-1}" "$@"
