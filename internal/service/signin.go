package service

import (
	"os"
	"strings"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
	"github.com/grader/grader/web/identity"
)

// signInServices returns the configured sign-in services, by the names in their addresses. It reads their secrets once.
func (s *Service) signInServices() (map[string]web.SignInService, error) {
	services := map[string]web.SignInService{}
	if o := s.Config.SignIn.OIDC; o != nil {
		secret, err := clientSecret(o.Client)
		if err != nil {
			return nil, err
		}
		services["oidc"] = &identity.OIDC{
			Name: o.Name, Issuer: o.Issuer, ClientID: o.ID, ClientSecret: secret, Scopes: o.Scopes, Claim: o.Claim,
			Rule: schema.IdentityRule{Match: o.Match, Domain: o.Domain, Vouch: o.TrustAddresses}, Clock: s.Clock,
		}
	}
	if g := s.Config.SignIn.GitHub; g != nil {
		secret, err := clientSecret(g.Client)
		if err != nil {
			return nil, err
		}
		services["github"] = &identity.GitHub{
			Name: g.Name, URL: g.URL, ClientID: g.ID, ClientSecret: secret,
			Rule: schema.IdentityRule{Match: g.Match, Domain: g.Domain},
		}
	}
	return services, nil
}

func clientSecret(c configs.Client) (string, error) {
	text, err := os.ReadFile(c.SecretFile)
	if err != nil {
		return "", schema.Wrapf(schema.CodeInvalid, err, "the secret of the sign-in service %s cannot be read: %s", c.Name, err)
	}
	if secret := strings.TrimSpace(string(text)); secret != "" {
		return secret, nil
	}
	return "", schema.Errorf(schema.CodeInvalid, "the secret of the sign-in service %s is empty: write it to %s", c.Name, c.SecretFile)
}
