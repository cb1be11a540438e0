package nomad

import "github.com/grader/grader/schema"

// Settings says where the pool's runners run and how they reach the server.
type Settings struct {
	Prefix   string               // of the names of the pool's jobs
	Server   string               // URL of the runners' interface for containers
	CA       string               // certificates, as PEM, that sign the URL's; "" is the image's
	Network  string               // Docker network of the containers
	Wall     string               // the weakest accepted level of the wall
	Issuer   string               // issuer of identities: oidc_issuer of Nomad's servers, "" if they have none
	MHz      int                  // of one core, for flavours without whole cores
	Flavours map[string]Placement // flavours that the pool serves, by name
}

// Placement says where runners of one flavour may run.
type Placement struct {
	Priority    int // 1 to 100; 0 is Nomad's default
	NodePool    string
	Datacenters []string // none: any
	Constraints []Constraint
}

// Constraint is a constraint of Nomad: attribute, operator, value.
type Constraint struct {
	Attribute, Operator, Value string
}

// parent returns the name of a flavour's parameterized job.
func (s Settings) parent(flavour string) string { return s.Prefix + "-" + flavour }

// Check returns an error for a flavour that cannot become a specification.
func (s Settings) Check(f schema.Flavour) error {
	switch {
	case f.Image == "":
		return schema.Errorf(schema.CodeInvalid, "a runner on Nomad needs an image")
	case !f.WholeCores() && s.MHz == 0:
		return schema.Errorf(schema.CodeInvalid, "cpu %g is not a whole number of cores: say how many MHz a core of the nodes has (nomad.mhz)", f.CPU)
	}
	return nil
}
