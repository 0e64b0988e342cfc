// Command testbed-init is the first process of a node for a moment, then it becomes machined, Talos's init.
//
// machined lowers the OOM scores of the processes it starts. Without CAP_SYS_RESOURCE the kernel refuses that, and
// machined restarts them for ever. It only tolerates the refusal if it takes itself to be in a user namespace, which it
// reads from its /proc/self/uid_map. So on a machine that cannot grant the capability, and only there, that one file
// shows a mapping. Other processes have a uid_map of their own. It is not /sbin/init, because Talos mounts that into
// the root file systems of its services.
package main

import (
	"fmt"
	"os"
	"syscall"

	"ksail.dev/testbed/talos/helpers/host"
)

const (
	machined = "/sbin/init"
	uidMap   = "/run/testbed-uid-map"
	// mapping covers all users but the last, so it is not the one of the initial namespace.
	mapping = "         0          0 4294967294\n"
)

func main() {
	if host.LacksSysResource() {
		if err := pretendNamespace(uidMap, "/proc/self/uid_map", bind); err != nil {
			fmt.Fprintln(os.Stderr, "testbed-init:", err)
			os.Exit(1)
		}
	}
	err := syscall.Exec(machined, append([]string{machined}, os.Args[1:]...), os.Environ())
	fmt.Fprintln(os.Stderr, "testbed-init:", machined+":", err)
	os.Exit(1)
}

// pretendNamespace writes the mapping to file and shows it at target.
func pretendNamespace(file, target string, bind func(from, over string) error) error {
	if err := os.WriteFile(file, []byte(mapping), 0o444); err != nil {
		return err
	}
	if err := bind(file, target); err != nil {
		return fmt.Errorf("mount over %s: %w", target, err)
	}
	return nil
}

func bind(from, over string) error { return syscall.Mount(from, over, "", syscall.MS_BIND, "") }
