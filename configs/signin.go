package configs

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/grader/grader/schema"
)

// SignIn holds the services that people use to sign in to the site.
type SignIn struct {
	OIDC   *OIDC   `yaml:"oidc"`   // nil: none
	GitHub *GitHub `yaml:"github"` // nil: none
}

// Client holds the server's registration at a sign-in service, and how accounts are found.
type Client struct {
	// Name is the text on the button.
	Name string `yaml:"name"`
	// ID and SecretFile are the client id, and the file with the client secret, from the service.
	ID         string `yaml:"client_id"`
	SecretFile string `yaml:"client_secret_file"`
	// Match says which field of the account the service names: login or email.
	Match schema.Match `yaml:"match"`
	// Domain is the only accepted domain of addresses; "" accepts any.
	Domain string `yaml:"domain"`
}

// OIDC is an OpenID Connect service.
type OIDC struct {
	Client `yaml:",inline"`
	// Issuer is the service's address.
	Issuer string `yaml:"issuer"`
	// Scopes are requested in addition to openid.
	Scopes []string `yaml:"scopes"`
	// Claim is the claim that names the account.
	Claim string `yaml:"claim"`
	// TrustAddresses accepts addresses that the service does not report as verified.
	TrustAddresses bool `yaml:"trust_addresses"`
}

// GitHub is GitHub, or a GitHub Enterprise Server.
type GitHub struct {
	Client `yaml:",inline"`
	// URL is the server's address.
	URL string `yaml:"url"`
}

// publicGitHub is the public GitHub, where anybody can take any free login.
const publicGitHub = "https://github.com"

// withDefaults fills in the missing values.
func (s SignIn) withDefaults() SignIn {
	if s.OIDC != nil {
		o := *s.OIDC
		o.Client = o.withDefaults("OpenID Connect", schema.MatchLogin)
		if o.Scopes == nil {
			o.Scopes = []string{"profile", "email"}
		}
		if o.Claim == "" {
			o.Claim = "preferred_username"
		}
		s.OIDC = &o
	}
	if s.GitHub != nil {
		g := *s.GitHub
		g.Client = g.withDefaults("GitHub", schema.MatchEmail)
		if g.URL = strings.TrimSuffix(g.URL, "/"); g.URL == "" {
			g.URL = publicGitHub
		}
		s.GitHub = &g
	}
	return s
}

func (c Client) withDefaults(name string, match schema.Match) Client {
	if c.Name == "" {
		c.Name = name
	}
	if c.Match == "" {
		c.Match = match
	}
	return c
}

func (s SignIn) check(public string) error {
	if (s.OIDC != nil || s.GitHub != nil) && public == "" {
		return errors.New("needs public_url: services send browsers back to it")
	}
	if s.OIDC != nil {
		if err := s.OIDC.check(); err != nil {
			return at("oidc", err)
		}
	}
	if s.GitHub != nil {
		return at("github", s.GitHub.check())
	}
	return nil
}

func (o *OIDC) check() error {
	if err := service(o.Issuer); err != nil {
		return at("issuer", err)
	}
	return o.Client.check()
}

func (g *GitHub) check() error {
	if err := service(g.URL); err != nil {
		return at("url", err)
	}
	if g.URL == publicGitHub && g.Match == schema.MatchLogin {
		return at("match", errors.New("login is for a GitHub Enterprise Server: on github.com anybody takes the login of another person; use email"))
	}
	return g.Client.check()
}

func (c Client) check() error {
	switch {
	case c.ID == "":
		return at("client_id", errors.New("is missing; the service gives it out with the secret"))
	case c.SecretFile == "":
		return at("client_secret_file", errors.New("is missing; put the secret into a file that the server alone can read"))
	case c.Match != schema.MatchLogin && c.Match != schema.MatchEmail:
		return at("match", fmt.Errorf("%q is not a part of an account; use login or email", c.Match))
	case strings.ContainsAny(c.Domain, "@/ "):
		return at("domain", fmt.Errorf("%q is not a domain; use one such as example.edu", c.Domain))
	}
	return nil
}

// service checks the address of a sign-in service: it must use https or be on this machine.
func service(address string) error {
	u, err := url.Parse(address)
	if err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("%q is not the address of a service; use one such as https://login.example.edu", address)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
