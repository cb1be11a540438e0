package configs

import (
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/grader/grader/schema"
)

// Nomad configures how the pool nomad reaches its cluster, and how the runners there reach this
// server. Missing values for reaching Nomad are taken from Nomad's usual environment variables.
type Nomad struct {
	Address   string `yaml:"address"`
	Region    string `yaml:"region"`
	Namespace string `yaml:"namespace"`
	// TokenFile names the file with the ACL token.
	TokenFile string `yaml:"token_file"`
	// CA, Cert and Key name files for Nomad's TLS.
	CA   string `yaml:"ca"`
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// Issuer is the oidc_issuer of Nomad's servers; "" if they have none.
	Issuer string `yaml:"issuer"`
	// Jobs is the prefix of the names of the pool's jobs; "" is grader.
	Jobs string `yaml:"jobs"`
	// Network is the Docker network of the runners.
	Network string `yaml:"network"`
	// MHz is the frequency of one core of the nodes in Nomad's units.
	MHz int `yaml:"mhz"`
	// Runners configures the interface that runners use to reach this server.
	Runners Runners `yaml:"runners"`
}

// Runners configures the runners' interface over TCP.
type Runners struct {
	Listen string `yaml:"listen"` // address
	URL    string `yaml:"url"`    // address that the runners use
	Cert   string `yaml:"cert"`   // file of the server's certificate, for https
	Key    string `yaml:"key"`    // file of its key
	CA     string `yaml:"ca"`     // file of the certificates that runners verify it with
}

// Placement says where a flavour's runners may be placed on a cluster.
type Placement struct {
	Priority    int          `yaml:"priority"`
	NodePool    string       `yaml:"node_pool"`
	Datacenters []string     `yaml:"datacenters"`
	Constraints []Constraint `yaml:"constraints"`
}

// Constraint is one of Nomad's constraints.
type Constraint struct {
	Attribute string `yaml:"attribute"`
	Operator  string `yaml:"operator"` // "" is =
	Value     string `yaml:"value"`
}

// checkNomad checks the section nomad if a flavour uses that pool.
func (c Config) checkNomad() error {
	var served bool
	for name, f := range c.Flavours {
		if f.Kind() != PoolNomad {
			if f.Nomad != nil {
				return at("flavours", at(name, at("nomad", errors.New("is for the pool nomad"))))
			}
			continue
		}
		served = true
		if err := f.Nomad.check(); err != nil {
			return at("flavours", at(name, at("nomad", err)))
		}
		if !f.schema(name).WholeCores() && c.Nomad.MHz == 0 {
			return at("flavours", at(name, at("cpu", fmt.Errorf("%g is not a whole number of cores: say how many MHz a core of the nodes has (nomad.mhz)", f.CPU))))
		}
	}
	if !served {
		return nil
	}
	return at("nomad", c.Nomad.check())
}

func (p *Placement) check() error {
	switch {
	case p == nil:
		return nil
	case p.Priority < 0 || p.Priority > 100:
		return at("priority", errors.New("must be from 1 to 100"))
	}
	for _, c := range p.Constraints {
		if c.Attribute == "" && c.Operator == "" {
			return at("constraints", errors.New("need an attribute, such as ${attr.cpu.arch}"))
		}
	}
	return nil
}

func (n Nomad) check() error {
	if n.Jobs != "" {
		if err := schema.Segment("jobs", n.Jobs); err != nil {
			return at("jobs", err)
		}
	}
	if n.Network == "" {
		return at("network", errors.New("is missing: name the Docker network of the runners, from which nothing but this server is reached"))
	}
	if n.MHz < 0 {
		return at("mhz", errors.New("must be what one core of the nodes has, such as 2400"))
	}
	return at("runners", n.Runners.check())
}

func (r Runners) check() error {
	if _, _, err := net.SplitHostPort(r.Listen); err != nil {
		return at("listen", errors.New("must be an address that this server listens on for its runners, such as 10.0.0.1:7070"))
	}
	u, err := url.Parse(r.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return at("url", fmt.Errorf("%q is not an address for runners; use one such as https://10.0.0.1:7070", r.URL))
	case (r.Cert == "") != (r.Key == ""):
		return at("key", errors.New("and cert go together"))
	case (u.Scheme == "https") != (r.Cert != ""):
		return at("url", errors.New("must begin with https:// where there is a cert, and only there"))
	}
	return nil
}
