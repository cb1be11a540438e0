package nomad_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/scheduler/pooltest"
	"github.com/grader/grader/schema"
)

// signer signs with a key of Nomad's servers.
type signer struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func newRSA(t *testing.T, id string) signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	return signer{id: id, algorithm: jose.RS256, private: key}
}

func newEd25519(t *testing.T, id string) signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	return signer{id: id, algorithm: jose.EdDSA, private: key}
}

func (s signer) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: s.private.Public(), KeyID: s.id, Algorithm: string(s.algorithm), Use: "sig"}
}

func (s signer) sign(t *testing.T, claims map[string]any) string {
	t.Helper()
	maker, err := jose.NewSigner(jose.SigningKey{Algorithm: s.algorithm, Key: jose.JSONWebKey{Key: s.private, KeyID: s.id}}, nil)
	check(t, err)
	text, err := jwt.Signed(maker).Claims(claims).Serialize()
	check(t, err)
	return text
}

const dispatched = "grader-small/dispatch-1-a"

// good returns the claims of a valid runner.
func good(now time.Time) map[string]any {
	return map[string]any{
		"aud": []string{"grader"}, "exp": now.Add(time.Minute).Unix(), "nbf": now.Unix(), "iat": now.Unix(),
		"nomad_namespace": "default", "nomad_job_id": "grader-small", "nomad_allocation_id": "a1", "nomad_task": "runner",
	}
}

// started returns a pool on the fake with a fixed clock.
func started(t *testing.T, f *fakeNomad, change ...func(*nomad.Settings)) (*nomad.Pool, *pooltest.Front) {
	t.Helper()
	cluster, err := nomad.Dial(nomad.Address{URL: f.URL})
	check(t, err)
	front := pooltest.NewFront(t, nil)
	s := nomad.Settings{Prefix: "grader", Server: front.URL, Network: "n", Wall: "uid", Flavours: map[string]nomad.Placement{"small": {}}}
	for _, c := range change {
		c(&s)
	}
	p := &nomad.Pool{Cluster: cluster, Settings: s, Registrar: front, Logger: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p.Start(ctx)
	t.Cleanup(func() { check(t, p.Close()) })
	return p, front
}

func TestIdentityAuthenticatesRunner(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	f.allocs = append(f.allocs, alloc("a1", dispatched, "running", "run"))
	p, _ := started(t, f)
	for _, s := range []signer{newRSA(t, "one"), newEd25519(t, "two")} {
		f.mu.Lock()
		f.keys.Keys = append(f.keys.Keys, s.public())
		f.mu.Unlock()
		if s.id == "two" {
			p, _ = started(t, f) // the first has just fetched the keys
		}
		runner, err := p.Identify(t.Context(), "small", s.sign(t, good(time.Now())))
		if err != nil || runner != dispatched {
			t.Errorf("%s: runner %q, %v", s.algorithm, runner, err)
		}
	}
}

func TestInvalidIdentityIsRefused(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	ours, stranger := newRSA(t, "one"), newRSA(t, "one")
	f.keys.Keys = []jose.JSONWebKey{ours.public()}
	f.allocs = append(f.allocs, alloc("a1", dispatched, "running", "run"), alloc("over", dispatched, "failed", "run"),
		alloc("stopped", dispatched, "running", "stop"), alloc("other", "grader-large/dispatch-1-b", "running", "run"),
		alloc("foreign", "web", "running", "run"), alloc("second", "grader-small/dispatch-1-c", "running", "run"))
	now := time.Now()
	with := func(key string, value any) map[string]any {
		c := good(now)
		if c[key] = value; value == nil {
			delete(c, key)
		}
		return c
	}
	hmac := func() string {
		maker, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: make([]byte, 32), KeyID: "one"}}, nil)
		check(t, err)
		text, err := jwt.Signed(maker).Claims(good(now)).Serialize()
		check(t, err)
		return text
	}
	head, rest, _ := strings.Cut(ours.sign(t, good(now)), ".")
	for name, c := range map[string]struct {
		identity string
		code     schema.Code
	}{
		"nothing":                 {"", schema.CodeUnauthenticated},
		"not signed":              {"eyJhbGciOiJub25lIn0." + strings.SplitN(rest, ".", 2)[0] + ".", schema.CodeUnauthenticated},
		"signed with a secret":    {hmac(), schema.CodeUnauthenticated},
		"a stranger's key":        {stranger.sign(t, good(now)), schema.CodeUnauthenticated},
		"an unknown key":          {newRSA(t, "three").sign(t, good(now)), schema.CodeUnauthenticated},
		"changed":                 {head + "." + strings.Replace(rest, rest[:4], "AAAA", 1), schema.CodeUnauthenticated},
		"another audience":        {ours.sign(t, with("aud", []string{"vault.io"})), schema.CodeUnauthenticated},
		"no audience":             {ours.sign(t, with("aud", nil)), schema.CodeUnauthenticated},
		"expired":                 {ours.sign(t, with("exp", now.Add(-time.Hour).Unix())), schema.CodeUnauthenticated},
		"without an end":          {ours.sign(t, with("exp", nil)), schema.CodeUnauthenticated},
		"not yet good":            {ours.sign(t, with("nbf", now.Add(time.Hour).Unix())), schema.CodeUnauthenticated},
		"another issuer":          {ours.sign(t, with("iss", "https://elsewhere")), schema.CodeUnauthenticated},
		"another namespace":       {ours.sign(t, with("nomad_namespace", "students")), schema.CodeForbidden},
		"another job":             {ours.sign(t, with("nomad_job_id", "web")), schema.CodeForbidden},
		"another flavour":         {ours.sign(t, with("nomad_job_id", "grader-large")), schema.CodeForbidden},
		"another task":            {ours.sign(t, with("nomad_task", "sidecar")), schema.CodeForbidden},
		"an allocation gone":      {ours.sign(t, with("nomad_allocation_id", "never")), schema.CodeForbidden},
		"an allocation over":      {ours.sign(t, with("nomad_allocation_id", "over")), schema.CodeForbidden},
		"an allocation to end":    {ours.sign(t, with("nomad_allocation_id", "stopped")), schema.CodeForbidden},
		"another flavour's place": {ours.sign(t, with("nomad_allocation_id", "other")), schema.CodeForbidden},
		"another job's place":     {ours.sign(t, with("nomad_allocation_id", "foreign")), schema.CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := started(t, f)
			if runner, err := p.Identify(t.Context(), "small", c.identity); schema.CodeOf(err) != c.code {
				t.Errorf("runner %q, error %v (%s), want %s", runner, err, schema.CodeOf(err), c.code)
			}
		})
	}
}

func TestIssuerMustMatch(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	ours := newRSA(t, "one")
	f.keys.Keys = []jose.JSONWebKey{ours.public()}
	f.allocs = append(f.allocs, alloc("a1", dispatched, "running", "run"))
	p, _ := started(t, f, func(s *nomad.Settings) { s.Issuer = "https://nomad.example.org" })
	c := good(time.Now())
	if _, err := p.Identify(t.Context(), "small", ours.sign(t, c)); schema.CodeOf(err) != schema.CodeUnauthenticated {
		t.Errorf("without an issuer: %v", err)
	}
	c["iss"] = "https://nomad.example.org"
	if _, err := p.Identify(t.Context(), "small", ours.sign(t, c)); err != nil {
		t.Errorf("with its issuer: %v", err)
	}
}

// TestKeysAreFetchedRarely checks that requests with invented key ids do not each make the server
// query Nomad, and that a rotated key is fetched.
func TestKeysAreFetchedRarely(t *testing.T) {
	t.Parallel()
	f := newFakeNomad(t)
	ours, next := newRSA(t, "one"), newRSA(t, "two")
	f.keys.Keys = []jose.JSONWebKey{ours.public()}
	f.allocs = append(f.allocs, alloc("a1", dispatched, "running", "run"))
	now := time.Now()
	cluster, err := nomad.Dial(nomad.Address{URL: f.URL})
	check(t, err)
	front := pooltest.NewFront(t, nil)
	p := &nomad.Pool{Cluster: cluster, Registrar: front, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
		Settings: nomad.Settings{Prefix: "grader", Flavours: map[string]nomad.Placement{"small": {}}}}
	p.Start(t.Context())
	t.Cleanup(func() { check(t, p.Close()) })
	for range 3 {
		_, err := p.Identify(t.Context(), "small", ours.sign(t, good(now)))
		check(t, err)
	}
	f.mu.Lock()
	f.keys.Keys = append(f.keys.Keys, next.public())
	f.mu.Unlock()
	for range 3 {
		if _, err := p.Identify(t.Context(), "small", next.sign(t, good(now))); schema.CodeOf(err) != schema.CodeUnauthenticated {
			t.Errorf("a key asked for too soon: %v", err)
		}
	}
	now = now.Add(20 * time.Second)
	_, err = p.Identify(t.Context(), "small", next.sign(t, good(now)))
	check(t, err)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keyFetches != 2 {
		t.Errorf("the keys were fetched %d times", f.keyFetches)
	}
}
