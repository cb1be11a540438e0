package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// PoolKind is where a flavour's runners live.
type PoolKind string

// The pools. An empty kind is PoolLocal.
const (
	PoolLocal  PoolKind = "local"  // processes on this machine
	PoolDocker PoolKind = "docker" // containers on this machine
	PoolNomad  PoolKind = "nomad"  // allocations of a cluster
)

// FlavourConfig is schema.Flavour as people write it.
type FlavourConfig struct {
	// Pool is where its runners live; "" is PoolLocal.
	Pool PoolKind `yaml:"pool"`
	// Image is what runs in its containers; "" where there are none.
	Image     string  `yaml:"image"`
	CPU       float64 `yaml:"cpu"`
	Memory    Size    `yaml:"memory"`
	Scratch   Size    `yaml:"scratch"`
	Processes int     `yaml:"processes"`
	Warm      int     `yaml:"warm"`
	Max       int     `yaml:"max"`
	// Cooldown is how long fewer runners must be enough before there are fewer; 0 is a minute.
	Cooldown time.Duration `yaml:"cooldown"`
	// Nomad says where its runners may be placed, in the pool nomad.
	Nomad *PlacementConfig `yaml:"nomad"`
}

// kind returns the pool, with the default filled in.
func (f FlavourConfig) kind() PoolKind {
	if f.Pool == "" {
		return PoolLocal
	}
	return f.Pool
}

// check refuses what no runner can be like. Its error is a flaw at the key.
func (f FlavourConfig) check() error {
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

func (f FlavourConfig) checkPool() error {
	switch f.kind() {
	case PoolLocal:
		if f.Image != "" {
			return at("image", errors.New("is for the pools docker and nomad; the pool local runs on this machine as it is"))
		}
		return nil
	case PoolDocker, PoolNomad:
		return at("image", checkImage(f.Image))
	default:
		return at("pool", fmt.Errorf("%q is none; use local, docker or nomad", string(f.Pool)))
	}
}

// imageForms are the ways to name an image, told to who names it otherwise.
const imageForms = "use REPOSITORY@sha256:DIGEST, NAME:CONTENTID of an image that the machines have, or NAME:TAG"

// imageName is a reference as Docker reads it: registry, path, tag and digest.
var imageName = regexp.MustCompile(`^[a-z0-9]+([._:/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$`)

func checkImage(name string) error {
	switch {
	case name == "":
		return errors.New("is missing: this pool's runners need one; " + imageForms)
	case !imageName.MatchString(name):
		return fmt.Errorf("%q names no image; %s", name, imageForms)
	case !strings.Contains(name[strings.LastIndex(name, "/")+1:], ":"):
		return fmt.Errorf("%q does not say which version; %s", name, imageForms)
	}
	return nil
}

// flavours returns the flavours in the vocabulary's form.
func (c Config) flavours() map[string]schema.Flavour {
	all := make(map[string]schema.Flavour, len(c.Flavours))
	for name, f := range c.Flavours {
		all[name] = f.flavour(name)
	}
	return all
}

func (f FlavourConfig) flavour(name string) schema.Flavour {
	return schema.Flavour{
		Name: name, Image: f.Image, CPU: f.CPU, Memory: int64(f.Memory), Scratch: int64(f.Scratch),
		Processes: f.Processes, Warm: f.Warm, Max: f.Max, Cooldown: f.Cooldown,
	}
}
