// Package host says what the machine lacks that Talos takes for granted.
package host

import (
	"os"
	"strconv"
	"strings"
)

// sysResource is the number of CAP_SYS_RESOURCE.
const sysResource = 24

// LacksSysResource reports whether this machine cannot grant CAP_SYS_RESOURCE to a container.
func LacksSysResource() bool {
	status, err := os.ReadFile("/proc/self/status")
	return err == nil && lacks(string(status))
}

func lacks(status string) bool {
	for line := range strings.Lines(status) {
		if bounding, found := strings.CutPrefix(line, "CapBnd:"); found {
			set, err := strconv.ParseUint(strings.TrimSpace(bounding), 16, 64)
			return err == nil && set>>sysResource&1 == 0
		}
	}
	return false
}

// HasCgroupV1 reports whether the controllers are in hierarchies of their own.
func HasCgroupV1() bool {
	_, err := os.Stat("/sys/fs/cgroup/cgroup.controllers")
	return os.IsNotExist(err)
}
