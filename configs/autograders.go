package configs

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Autograders configures the images that setup.sh of Gradescope's autograders makes, and their containers. They are
// made by the Docker daemon of this machine. Zero fields have their default values.
type Autograders struct {
	// Image is the image that setup.sh starts from for flavours whose pool is not docker; "": there is none. A flavour
	// of the pool docker uses its own.
	Image string `yaml:"image"`
	// Network is the daemon's network of setup.sh: "" is its default, none is none. Autograders have none.
	Network string `yaml:"network"`
	// Time, Memory and Disk bound setup.sh.
	Time   time.Duration `yaml:"time"`
	Memory Size          `yaml:"memory"`
	Disk   Size          `yaml:"disk"`
	// Total is the size that all images may add to their base images.
	Total Size `yaml:"total"`
	// Max is the maximum number of their containers at one time.
	Max int `yaml:"max"`
}

// defaultAutograders returns limits that suffice for packages of languages and tools.
func defaultAutograders() Autograders {
	return Autograders{Time: 20 * time.Minute, Memory: 2 << 30, Disk: 8 << 30, Total: 40 << 30}
}

// withDefaults fills in missing limits.
func (a Autograders) withDefaults() Autograders {
	standard := defaultAutograders()
	a.Time, a.Memory = cmp.Or(a.Time, standard.Time), cmp.Or(a.Memory, standard.Memory)
	a.Disk, a.Total = cmp.Or(a.Disk, standard.Disk), cmp.Or(a.Total, standard.Total)
	return a
}

func (a Autograders) check() error {
	switch {
	case a.Time < 0:
		return at("time", errors.New("must be a time such as 20m"))
	case a.Memory < 0 || a.Memory > 0 && a.Memory < 16<<20:
		return at("memory", errors.New("must be at least 16MiB"))
	case a.Network == "host" || strings.HasPrefix(a.Network, "container:") || strings.HasPrefix(a.Network, "ns:"):
		return at("network", fmt.Errorf("%q is the network of this machine or of another program; name one of Docker's networks, or none", a.Network))
	case a.Max < 0:
		return at("max", errors.New("must be at least 1; leave it out for its default"))
	case a.Image == "":
		return nil
	}
	return at("image", checkImage(a.Image))
}
