package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	containerdFolder = "/run/k3s/containerd"
	containerdSocket = containerdFolder + "/containerd.sock"
)

// startRuntime starts containerd and gives it the images in agent/images, before there is a kubelet.
func (a *agent) startRuntime(ctx context.Context) error {
	if err := a.checkSnapshotter(); err != nil {
		return err
	}
	prepareKernel()
	if err := a.writeContainerdConfig(); err != nil {
		return err
	}
	if err := a.writeNetworkConfig(); err != nil {
		return err
	}
	output, err := os.OpenFile(a.path("containerd", "containerd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	// A socket of an earlier run of this container would look like an answer.
	_ = os.Remove(containerdSocket)
	log.info("Logging containerd to %s", output.Name())
	args := []string{"-c", a.path("etc", "containerd", "config.toml")}
	log.info("Running containerd %s", strings.Join(args, " "))
	if err := a.p.start("containerd", exec.Command("/bin/containerd", args...), output); err != nil {
		return err
	}
	// K3s looks once per second; that is a cost of its own which nobody has to relive.
	if err := until(ctx, 100*time.Millisecond, func() bool { return a.ctr(ctx, "version") == nil }); err != nil {
		return err
	}
	log.info("containerd is now running")
	seen := map[string]string{}
	a.importImages(ctx, seen)
	go func() {
		_ = until(ctx, 2*time.Second, func() bool { a.importImages(ctx, seen); return false })
	}()
	return nil
}

func (a *agent) ctr(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, libexec+"/ctr", append([]string{"--address", containerdSocket, "--namespace", "k8s.io"}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// importImages imports the archives that are new or changed since the last look.
func (a *agent) importImages(ctx context.Context, seen map[string]string) {
	entries, _ := os.ReadDir(a.path("images"))
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.Contains(entry.Name(), ".t") || strings.HasSuffix(entry.Name(), ".txt") {
			continue
		}
		stamp := fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		if seen[entry.Name()] == stamp {
			continue
		}
		seen[entry.Name()] = stamp
		file, start := a.path("images", entry.Name()), time.Now()
		if err := a.ctr(ctx, "images", "import", "--all-platforms", file); err != nil {
			log.error("Failed to import images from %s: %v", file, err)
			continue
		}
		log.info("Imported images from %s in %s", file, time.Since(start).Round(time.Millisecond))
	}
}

// checkSnapshotter mounts an overlay where containerd will, as K3s does before it starts containerd.
func (a *agent) checkSnapshotter() error {
	root := a.path("containerd")
	if err := os.MkdirAll(root, 0o711); err != nil {
		return err
	}
	if a.o.snapshotter != "overlayfs" {
		return nil
	}
	folder, err := os.MkdirTemp(root, "snapshotter-check")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, name := range []string{"lower1", "lower2", "merged"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			return err
		}
	}
	merged := filepath.Join(folder, "merged")
	if err := syscall.Mount("overlay", merged, "overlay", 0, "lowerdir="+filepath.Join(folder, "lower2")+":"+filepath.Join(folder, "lower1")); err != nil {
		return fmt.Errorf(`"overlayfs" snapshotter cannot be enabled for %q, try using "fuse-overlayfs" or "native": failed to mount overlay: %w`, root, err)
	}
	return syscall.Unmount(merged, 0)
}

func prepareKernel() {
	for _, setting := range []string{
		"net/ipv4/conf/all/forwarding=1", "net/ipv4/conf/default/forwarding=1", "net/ipv6/conf/all/forwarding=1",
		"net/bridge/bridge-nf-call-iptables=1", "net/bridge/bridge-nf-call-ip6tables=1", "net/ipv4/conf/all/route_localnet=1",
	} {
		name, value, _ := strings.Cut(setting, "=")
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o644); err != nil {
			log.trace("Failed to set sysctl: %v", err)
		}
	}
	// With the freezer runc freezes a container while it sets its devices; a node killed in that moment would
	// leave a process that nobody can end and a container that nobody can remove.
	if err := syscall.Unmount("/sys/fs/cgroup/freezer", 0); err != nil && !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.EINVAL) {
		log.trace("freezer: %v", err)
	}
}

// lacksSysResource says that this node cannot grant its pods CAP_SYS_RESOURCE (capability 24).
func lacksSysResource() bool {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.SplitSeq(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, "CapBnd:"); ok {
			bounding, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
			return err == nil && bounding>>24&1 == 0
		}
	}
	return false
}

func (a *agent) writeContainerdConfig() error {
	folder := a.path("etc", "containerd")
	if err := os.MkdirAll(filepath.Join(folder, "certs.d"), 0o755); err != nil {
		return err
	}
	registries, err := readRegistries(a.o.registries)
	if err != nil {
		return err
	}
	if err := registries.writeHosts(filepath.Join(folder, "certs.d")); err != nil {
		return err
	}
	runc, restrict := "runc", false
	if lacksSysResource() {
		runc, restrict = "ocirun", true
	}
	config := fmt.Sprintf(`version = 3
root = %[1]q
state = %[2]q
disabled_plugins = ["io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp", "io.containerd.nri.v1.nri"]

[grpc]
  address = %[3]q

[plugins."io.containerd.cri.v1.images"]
  snapshotter = %[4]q
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = %[5]q
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = %[6]q

[plugins."io.containerd.cri.v1.runtime"]
  tolerate_missing_hugetlb_controller = true
  restrict_oom_score_adj = %[7]t
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/bin"]
    conf_dir = %[8]q
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = %[9]q
`, a.path("containerd"), containerdFolder, containerdSocket, a.o.snapshotter, a.o.pauseImage, filepath.Join(folder, "certs.d"), restrict, a.networkFolder(), runc)
	crictl := fmt.Sprintf("runtime-endpoint: unix://%s\nimage-endpoint: unix://%s\n", containerdSocket, containerdSocket)
	if err := os.WriteFile(a.path("etc", "crictl.yaml"), []byte(crictl), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "config.toml"), []byte(config+registries.auth()), 0o600)
}
