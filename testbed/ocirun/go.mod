module ksail.dev/testbed/ocirun

go 1.24
