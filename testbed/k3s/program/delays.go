package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// delaysVariable slows chosen points of a node's start down, for tests of whoever waits for
// them: `core=10s,network=1h`. Without it everything takes the time it takes.
const delaysVariable = "KSAIL_TESTBED_K3S_DELAYS"

// The points, in the order of a start: before anything (no port listens), the supervisor's
// "starting", the API server, the "k3s is up and running" that follows its readiness, what
// agents wait for (`/v1-k3s/readyz`), the kubelet, the cloud controller's taint, the pods' network.
var delayPoints = []string{"start", "supervisor", "apiserver", "up", "core", "kubelet", "taints", "network"}

type delays map[string]time.Duration

func parseDelays(text string) (delays, error) {
	d := delays{}
	for pair := range strings.SplitSeq(text, ",") {
		if pair == "" {
			continue
		}
		point, value, _ := strings.Cut(pair, "=")
		if !slices.Contains(delayPoints, point) {
			return nil, fmt.Errorf("%s: %q is none of %s", delaysVariable, point, strings.Join(delayPoints, ", "))
		}
		delay, err := time.ParseDuration(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", delaysVariable, err)
		}
		d[point] = delay
	}
	return d, nil
}

func (d delays) wait(ctx context.Context, point string) error {
	if d[point] == 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d[point]):
		return nil
	}
}
