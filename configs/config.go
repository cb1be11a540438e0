package configs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Config is grader's configuration file, decoded strictly; configs/grader.yaml explains every key.
// The zero value is not usable; start from Default.
type Config struct {
	// PublicURL is the address that browsers use for the site; "" is the address it listens on.
	PublicURL string `yaml:"public_url"`
	// PublicSSH is the HOST[:PORT] that students type; "" is the address it listens on.
	PublicSSH string `yaml:"public_ssh"`
	// Wall is the weakest isolation level that runners may have: namespace or uid.
	Wall string `yaml:"wall"`
	// MaxPush bounds the bytes of one push.
	MaxPush Size `yaml:"max_push"`
	// Limits bounds the connections of clients of the SSH server.
	Limits Limits `yaml:"limits"`
	// Flavours holds the kinds of runner by name.
	Flavours map[string]Flavour `yaml:"flavours"`
	// SignIn holds the services that people use to sign in to the site.
	SignIn SignIn `yaml:"sign_in"`
	// GitHub is the GitHub server with the repositories to grade; nil: none.
	GitHub *GitHubLink `yaml:"github"`
	// SMTP is the mail server that sends notices; nil: none.
	SMTP *SMTP `yaml:"smtp"`
	// Webhooks restricts the calls of people's webhooks.
	Webhooks Webhooks `yaml:"webhooks"`
	// Autograders configures the containers of Gradescope's autograders.
	Autograders Autograders `yaml:"autograders"`
	// Nomad is the cluster of the flavours whose pool is nomad.
	Nomad Nomad `yaml:"nomad"`
}

// Limits bounds connections; zero fields have their default values.
type Limits struct {
	Connections int `yaml:"connections"` // total, at one time
	Strangers   int `yaml:"strangers"`   // from one address, before authentication
	Sessions    int `yaml:"sessions"`    // of one account at one time
}

func (l Limits) check() error {
	if l.Connections < 0 || l.Strangers < 0 || l.Sessions < 0 {
		return errors.New("must be numbers from 1; leave one out for its default")
	}
	return nil
}

// Size is a number of bytes, written as 512KiB, 64MiB or 2GiB.
type Size int64

// UnmarshalYAML parses a size; its error names the place.
func (s *Size) UnmarshalYAML(node ast.Node) error {
	token := node.GetToken()
	n, err := assignment.ParseSize(token.Value)
	if err != nil {
		return fmt.Errorf("line %d, column %d: a size %w", token.Position.Line, token.Position.Column, err)
	}
	*s = Size(n)
	return nil
}

// Default returns the configuration used without a file, with one flavour.
func Default() Config {
	return Config{Wall: "uid", MaxPush: 64 << 20, Autograders: defaultAutograders(), Flavours: map[string]Flavour{"standard": defaultFlavour()}}
}

// Load reads a configuration file; "" selects the defaults. If the file is malformed, the error is
// CodeInvalid and names the line.
func Load(path string) (Config, error) {
	c := Default()
	if path == "" {
		return c, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, schema.Wrapf(schema.CodeInvalid, err, "configuration: %s", err)
	}
	var file Config
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&file); err != nil {
		return c, schema.Errorf(schema.CodeInvalid, "configuration %s: %s", path, yamlProblem(err))
	}
	c = c.overlaid(file)
	if err := c.check(); err != nil {
		return c, schema.Wrapf(schema.CodeInvalid, err, "configuration %s: %s", path, placed(err, text))
	}
	return c, nil
}

// yamlProblem returns the place and message of a syntax error, without the excerpt.
func yamlProblem(err error) string {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		return err.Error()
	}
	at := syntax.GetToken().Position
	return fmt.Sprintf("line %d, column %d: %s", at.Line, at.Column, syntax.GetMessage())
}

func (c Config) overlaid(file Config) Config {
	if file.PublicURL != "" {
		c.PublicURL = file.PublicURL
	}
	if file.PublicSSH != "" {
		c.PublicSSH = file.PublicSSH
	}
	if file.Wall != "" {
		c.Wall = file.Wall
	}
	if file.MaxPush != 0 {
		c.MaxPush = file.MaxPush
	}
	c.Limits = file.Limits
	c.Autograders = file.Autograders.withDefaults()
	c.Nomad = file.Nomad
	c.SignIn = file.SignIn.withDefaults()
	c.GitHub = file.GitHub.withDefaults()
	c.SMTP = file.SMTP.withDefaults()
	c.Webhooks = file.Webhooks
	if file.Flavours != nil {
		c.Flavours = file.Flavours
	}
	for name, f := range c.Flavours {
		if f == (Flavour{}) { // only its name is given
			c.Flavours[name] = defaultFlavour()
		}
	}
	return c
}

func (c Config) check() error {
	switch c.Wall {
	case "namespace", "uid":
	default:
		return at("wall", fmt.Errorf("%q is not a level; use namespace or uid", c.Wall))
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return at("public_url", fmt.Errorf("%q is not the address of a site; use one such as https://grader.example.org", c.PublicURL))
	}
	if err := c.Limits.check(); err != nil {
		return at("limits", err)
	}
	if err := at("flavours", c.checkFlavours()); err != nil {
		return err
	}
	if err := at("sign_in", c.SignIn.check(c.PublicURL)); err != nil {
		return err
	}
	if err := at("github", c.GitHub.check()); err != nil {
		return err
	}
	if err := at("smtp", c.SMTP.check(c.PublicURL)); err != nil {
		return err
	}
	if err := at("autograders", c.Autograders.check()); err != nil {
		return err
	}
	return c.checkNomad()
}

func (c Config) checkFlavours() error {
	if len(c.Flavours) == 0 {
		return errors.New("must name at least one; without a runner nothing is graded")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Flavours)) {
		if err := schema.Segment("flavour", name); err != nil {
			return at(name, fmt.Errorf("is not a valid name: %w", err))
		}
		if err := c.Flavours[name].check(); err != nil {
			return at(name, err)
		}
	}
	return nil
}
