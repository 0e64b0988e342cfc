package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/encoder"
)

// container is the mode of a node in a container.
type container struct{}

func (container) String() string        { return "container" }
func (container) RequiresInstall() bool { return false }
func (container) InContainer() bool     { return true }

// canon reads a configuration and prints it as this version of Talos writes it.
func canon() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	config, err := configloader.NewFromBytes(text)
	if err != nil {
		return err
	}
	encoded, err := config.EncodeBytes(encoder.WithComments(encoder.CommentsDisabled))
	fmt.Print(string(encoded))
	return err
}

// validate reads configurations, separated by lines of `=`, and says of each in a line whether a node in a container
// would accept it.
func validate() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	for _, one := range strings.Split(string(text), "\n====\n") {
		config, err := configloader.NewFromBytes([]byte(one))
		if err == nil {
			_, err = config.Validate(container{})
		}
		if err != nil {
			fmt.Println("no: " + strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Println("yes")
		}
	}
	return nil
}
