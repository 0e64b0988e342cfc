module ksail.dev/testbed/talos/helpers

go 1.26.0
