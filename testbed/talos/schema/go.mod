// Which version of the machinery module is used is up to the v*.mod files, one per minor version of Talos.
module ksail.test/talos/schema

go 1.26
