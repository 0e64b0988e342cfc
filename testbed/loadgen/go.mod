module ksail.dev/testbed/loadgen

go 1.24
