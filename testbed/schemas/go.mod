module ksail.io/testbed/schemas

go 1.26
