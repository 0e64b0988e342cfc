# Cluster test bed: a Docker Engine and a node image made on this machine (docs/design/testbed.md).
.PHONY: testbed testbed-test
testbed:
	testbed/up.sh
testbed-test:
	testbed/test.sh
