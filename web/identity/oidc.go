package identity

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"github.com/grader/grader/schema"
)

// OIDC is an OpenID Connect service. Set the fields before its first use. It reads the service's
// configuration on first use, so that an unreachable service does not prevent the start.
type OIDC struct {
	Name         string // shown to people
	Issuer       string // address, exactly as in the service's own configuration
	ClientID     string
	ClientSecret string
	Scopes       []string // in addition to openid
	Claim        string   // the claim that identifies the account
	Rule         schema.IdentityRule
	Clock        func() time.Time
	Transport    http.RoundTripper // nil: http.DefaultTransport

	asking   singleflight.Group
	provider atomic.Pointer[oidc.Provider]
}

// Label returns the name of the service for people.
func (o *OIDC) Label() string { return o.Name }

// Matching returns the rule that finds the account of an identity.
func (o *OIDC) Matching() schema.IdentityRule { return o.Rule }

// Start returns the service's address at which an attempt begins. CodeUnavailable: the service
// cannot be reached.
func (o *OIDC) Start(ctx context.Context, a Attempt) (string, error) {
	provider, err := o.discover(o.context(ctx))
	if err != nil {
		return "", err
	}
	return o.config(provider, a).AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish returns the identity of the person who returned with the code. CodeRefused: the service or
// its token does not confirm it.
func (o *OIDC) Finish(ctx context.Context, a Attempt, code string) (schema.Identity, error) {
	ctx = o.context(ctx)
	provider, err := o.discover(ctx)
	if err != nil {
		return schema.Identity{}, err
	}
	token, err := redeem(ctx, o.config(provider, a), o.Name, a, code)
	if err != nil {
		return schema.Identity{}, err
	}
	said, err := o.verify(ctx, provider, token, a)
	if err != nil {
		return schema.Identity{}, err
	}
	claims := map[string]any{}
	if err := said.Claims(&claims); err != nil {
		return schema.Identity{}, o.refused(err)
	}
	if text(claims[o.Claim]) == "" {
		if claims, err = o.userInfo(ctx, provider, token, said.Subject); err != nil {
			return schema.Identity{}, err
		}
	}
	return schema.Identity{Claim: o.Claim, Value: text(claims[o.Claim]), Verified: o.Claim == "email" && isTrue(claims["email_verified"])}, nil
}

// verify checks the service's signature, audience, times and nonce.
func (o *OIDC) verify(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, a Attempt) (*oidc.IDToken, error) {
	raw, _ := token.Extra("id_token").(string)
	said, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: o.ClientID, Now: o.Clock}).Verify(ctx, raw)
	if err != nil {
		return nil, o.refused(err)
	}
	if said.Nonce != a.Nonce || a.Nonce == "" {
		return nil, o.refused(nil)
	}
	return said, nil
}

// userInfo requests the claims that are not in the token.
func (o *OIDC) userInfo(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, subject string) (map[string]any, error) {
	claims := map[string]any{}
	if provider.UserInfoEndpoint() == "" {
		return claims, nil
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, unreachable(o.Name, err)
	}
	if info.Subject != subject {
		return nil, o.refused(nil)
	}
	if err := info.Claims(&claims); err != nil {
		return nil, o.refused(err)
	}
	return claims, nil
}

func (o *OIDC) refused(err error) error {
	return schema.Wrapf(schema.CodeRefused, err, "what %s says of you cannot be verified; try again", o.Name)
}

// discover returns the service's configuration, which it reads once.
func (o *OIDC) discover(ctx context.Context) (*oidc.Provider, error) {
	if provider := o.provider.Load(); provider != nil {
		return provider, nil
	}
	found, err, _ := o.asking.Do("", func() (any, error) {
		return oidc.NewProvider(context.WithoutCancel(ctx), o.Issuer) // shared by all waiting requests
	})
	if err != nil {
		return nil, unreachable(o.Name, err)
	}
	provider := found.(*oidc.Provider)
	o.provider.Store(provider)
	return provider, nil
}

func (o *OIDC) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, client(o.Transport))
}

func (o *OIDC) config(provider *oidc.Provider, a Attempt) *oauth2.Config {
	return &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: a.Callback, Scopes: append([]string{oidc.ScopeOpenID}, o.Scopes...),
	}
}

func text(claim any) string {
	s, _ := claim.(string)
	return s
}

// isTrue reports whether a claim is true. Some services write it as a string.
func isTrue(claim any) bool { return claim == true || claim == "true" }
