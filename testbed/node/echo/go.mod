module ksail.dev/testbed/echo

go 1.24
