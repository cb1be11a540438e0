package configs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/schema"
)

// PoolKind says where a flavour's runners run.
type PoolKind string

// The pools. An empty kind is PoolLocal.
const (
	PoolLocal  PoolKind = "local"  // processes on this machine
	PoolDocker PoolKind = "docker" // containers on this machine
	PoolNomad  PoolKind = "nomad"  // allocations of a cluster
)

// Flavour is the configuration's form of schema.Flavour. Missing keys have the values of
// defaultFlavour.
type Flavour struct {
	// Pool says where its runners run; "" is PoolLocal.
	Pool PoolKind `yaml:"pool"`
	// Image is the image of its containers; "" for the pool local.
	Image     string  `yaml:"image"`
	CPU       float64 `yaml:"cpu"`
	Memory    Size    `yaml:"memory"`
	Scratch   Size    `yaml:"scratch"`
	Processes int     `yaml:"processes"`
	Warm      int     `yaml:"warm"`
	Max       int     `yaml:"max"`
	// Cooldown is how long fewer runners must suffice before their number is reduced; 0 is a
	// minute.
	Cooldown time.Duration `yaml:"cooldown"`
	// Nomad says where its runners may be placed, in the pool nomad.
	Nomad *Placement `yaml:"nomad"`
}

// defaultFlavour returns a flavour with resources for two steps of an ordinary course and one
// runner for each core of this machine.
func defaultFlavour() Flavour {
	cores := runtime.NumCPU()
	return Flavour{Pool: PoolLocal, CPU: 1, Memory: 2 << 30, Scratch: 1 << 30, Processes: 512, Warm: cores, Max: cores}
}

// UnmarshalYAML fills in the defaults of missing keys. If only one of warm and max is
// given, the default of the other is adjusted to it.
func (f *Flavour) UnmarshalYAML(decode func(any) error) error {
	type plain Flavour // without this method
	const unset = -1
	standard := defaultFlavour()
	is := plain(standard)
	is.Warm, is.Max = unset, unset
	if err := decode(&is); err != nil {
		return err
	}
	if is.Max == unset {
		is.Max = max(standard.Max, is.Warm)
	}
	if is.Warm == unset {
		is.Warm = min(standard.Warm, is.Max)
	}
	*f = Flavour(is)
	return nil
}

// Kind returns the pool, with the default filled in.
func (f Flavour) Kind() PoolKind {
	if f.Pool == "" {
		return PoolLocal
	}
	return f.Pool
}

// check returns a flaw if no runner can have these values.
func (f Flavour) check() error {
	switch {
	case f.CPU <= 0:
		return at("cpu", errors.New("must be more than 0 cores, such as 1 or 0.5"))
	case f.Memory < 16<<20:
		return at("memory", errors.New("must be at least 16MiB"))
	case f.Scratch < 1<<20:
		return at("scratch", errors.New("must be at least 1MiB"))
	case f.Processes < 1:
		return at("processes", errors.New("must be at least 1"))
	case f.Warm < 0 || f.Max < 1 || f.Warm > f.Max:
		return at("max", errors.New("must be at least 1, and not less than warm, which is at least 0"))
	case f.Cooldown < 0:
		return at("cooldown", errors.New("must be a time such as 30s or 5m"))
	}
	return f.checkPool()
}

func (f Flavour) checkPool() error {
	switch f.Kind() {
	case PoolLocal:
		if f.Image != "" {
			return at("image", errors.New("is for the pools docker and nomad; the pool local runs on this machine as it is"))
		}
		return nil
	case PoolDocker, PoolNomad:
		return at("image", checkImage(f.Image))
	default:
		return at("pool", fmt.Errorf("%q is not a pool; use local, docker or nomad", string(f.Pool)))
	}
}

// imageForms lists the accepted forms of an image's name, for error messages.
const imageForms = "use REPOSITORY@sha256:DIGEST, NAME:CONTENTID of an image that the machines have, or NAME:TAG"

// imageName matches Docker's image references: registry, path, tag and digest.
var imageName = regexp.MustCompile(`^[a-z0-9]+([._:/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$`)

func checkImage(name string) error {
	switch {
	case name == "":
		return errors.New("is missing: this pool's runners need one; " + imageForms)
	case !imageName.MatchString(name):
		return fmt.Errorf("%q is not the name of an image; %s", name, imageForms)
	case !strings.Contains(name[strings.LastIndex(name, "/")+1:], ":"):
		return fmt.Errorf("%q does not say which version; %s", name, imageForms)
	}
	return nil
}

// SchemaFlavours returns the flavours by name in the form of package schema.
func (c Config) SchemaFlavours() map[string]schema.Flavour {
	all := make(map[string]schema.Flavour, len(c.Flavours))
	for name, f := range c.Flavours {
		all[name] = f.schema(name)
	}
	return all
}

// Served returns the flavours of one kind of pool, sorted by name.
func (c Config) Served(kind PoolKind) []schema.Flavour {
	var flavours []schema.Flavour
	for _, name := range slices.Sorted(maps.Keys(c.Flavours)) {
		if f := c.Flavours[name]; f.Kind() == kind {
			flavours = append(flavours, f.schema(name))
		}
	}
	return flavours
}

// LoadFlavour reads one flavour from a file in the format of an entry below `flavours:`. Its name
// is the file name without the extension.
func LoadFlavour(path string) (*schema.Flavour, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "flavour: %s", err)
	}
	f := defaultFlavour() // the value of an empty file
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil {
		return nil, schema.Errorf(schema.CodeInvalid, "flavour %s: %s", path, yamlProblem(err))
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("flavour %s: %w", path, err)
	}
	flavour := f.schema(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	return &flavour, nil
}

func (f Flavour) schema(name string) schema.Flavour {
	return schema.Flavour{
		Name: name, Image: f.Image, CPU: f.CPU, Memory: int64(f.Memory), Scratch: int64(f.Scratch),
		Processes: f.Processes, Warm: f.Warm, Max: f.Max, Cooldown: f.Cooldown,
	}
}
