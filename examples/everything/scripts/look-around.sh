#!/bin/sh
# What is only known on the device: how many cores its board has.
set -eu
nproc >/srv/kit/cores
