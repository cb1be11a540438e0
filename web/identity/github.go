package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"github.com/grader/grader/schema"
)

// GitHub is github.com, or an institution's GitHub Enterprise Server.
type GitHub struct {
	Name         string // shown to people
	URL          string // https://github.com, or the address of an Enterprise Server
	API          string // "": the API of URL
	ClientID     string
	ClientSecret string
	Rule         schema.IdentityRule
	Transport    http.RoundTripper // nil: http.DefaultTransport
}

// publicGitHub is the address of github.com.
const publicGitHub = "https://github.com"

// Label returns the name of the service for people.
func (g *GitHub) Label() string { return g.Name }

// Matching returns the rule that finds the account of an identity.
func (g *GitHub) Matching() schema.IdentityRule { return g.Rule }

// Start returns the service's address at which an attempt begins.
func (g *GitHub) Start(_ context.Context, a Attempt) (string, error) {
	return g.config(a).AuthCodeURL(a.State, oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish returns the identity of the person who returned with the code. The rule decides whether it
// is their login or their address.
func (g *GitHub) Finish(ctx context.Context, a Attempt, code string) (schema.Identity, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client(g.Transport))
	token, err := redeem(ctx, g.config(a), g.Name, a, code)
	if err != nil {
		return schema.Identity{}, err
	}
	var user struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
	}
	if err := g.get(ctx, token, "/user", &user); err != nil {
		return schema.Identity{}, err
	}
	is := schema.Identity{Claim: "login", Value: user.Login, GitHub: &schema.GitHubAccount{Host: g.URL, ID: user.ID, Login: user.Login}}
	if g.Rule.Match == schema.MatchLogin {
		return is, nil
	}
	var all []address
	err = g.get(ctx, token, "/user/emails", &all)
	chosen := choose(all, g.Rule.Domain)
	is.Claim, is.Value, is.Verified = "e-mail address", chosen.Email, chosen.Verified
	return is, err
}

// address is one of a person's e-mail addresses.
type address struct {
	Email    string `json:"email"`
	Primary  bool   `json:"primary"`
	Verified bool   `json:"verified"`
}

// choose returns the verified address at the domain, or the primary one.
func choose(all []address, domain string) (chosen address) {
	for _, one := range all {
		_, at, _ := strings.Cut(one.Email, "@")
		switch {
		case domain != "" && one.Verified && strings.EqualFold(at, domain):
			return one
		case one.Primary:
			chosen = one
		}
	}
	return chosen
}

// get requests the person's own data from the API.
func (g *GitHub) get(ctx context.Context, token *oauth2.Token, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.api()+path, nil)
	if err != nil {
		return unreachable(g.Name, err)
	}
	r.Header.Set("Accept", "application/vnd.github+json")
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	response, err := client(g.Transport).Do(r)
	if err != nil {
		return unreachable(g.Name, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return unreachable(g.Name, fmt.Errorf("GET %s: status %d", path, response.StatusCode))
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return unreachable(g.Name, fmt.Errorf("GET %s: %w", path, err))
	}
	return nil
}

func (g *GitHub) api() string {
	switch {
	case g.API != "":
		return g.API
	case g.URL == publicGitHub:
		return "https://api.github.com"
	}
	return g.URL + "/api/v3"
}

func (g *GitHub) config(a Attempt) *oauth2.Config {
	scopes := []string{"user:email"}
	if g.Rule.Match == schema.MatchLogin {
		scopes = nil // reading one's own login needs no scope
	}
	return &oauth2.Config{
		ClientID: g.ClientID, ClientSecret: g.ClientSecret, RedirectURL: a.Callback, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: g.URL + "/login/oauth/authorize", TokenURL: g.URL + "/login/oauth/access_token"},
	}
}
