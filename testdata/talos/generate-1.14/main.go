// Prints the configuration of a control plane as Talos 1.14 generates it, made of a secrets.yaml.
package main

import (
	"fmt"
	"os"

	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/encoder"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/generate/secrets"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
)

func main() {
	contract, err := config.ParseContractFromVersion("v1.14")
	if err != nil {
		panic(err)
	}
	bundle, err := secrets.LoadBundle(os.Args[1])
	if err != nil {
		panic(err)
	}
	bundle.Clock = secrets.NewClock()
	in, err := generate.NewInput("test", "https://10.5.0.2:6443", "1.36.3", generate.WithVersionContract(contract), generate.WithSecretsBundle(bundle))
	if err != nil {
		panic(err)
	}
	provider, err := in.Config(machine.TypeControlPlane)
	if err != nil {
		panic(err)
	}
	bytes, err := provider.EncodeBytes(encoder.WithComments(encoder.CommentsDisabled))
	if err != nil {
		panic(err)
	}
	fmt.Print(string(bytes))
}
