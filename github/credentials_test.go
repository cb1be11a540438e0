package github_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/github"
	"github.com/grader/grader/github/githubtest"
	"github.com/grader/grader/schema"
)

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pemOf returns a key in the form of GitHub (PKCS #1) or of other tools (PKCS #8).
func pemOf(t *testing.T, kind string, key any) []byte {
	t.Helper()
	if is, ok := key.(*rsa.PrivateKey); ok && kind == "RSA PRIVATE KEY" {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: x509.MarshalPKCS1PrivateKey(is)})
	}
	text, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: text})
}

// TestAppProof checks an App's JWT as GitHub does: by the key, the id, and GitHub's clock, which
// may differ from ours by at least a minute.
func TestAppProof(t *testing.T) {
	t.Parallel()
	key, other := rsaKey(t), rsaKey(t)
	for name, c := range map[string]struct {
		key  []byte
		id   string
		skew time.Duration // skew of our clock
		code schema.Code
	}{
		"as GitHub gives the key out":   {pemOf(t, "RSA PRIVATE KEY", key), "12345", 0, ""},
		"as other tools write the key":  {pemOf(t, "PRIVATE KEY", key), "12345", 0, ""},
		"a client id":                   {pemOf(t, "RSA PRIVATE KEY", key), "Iv1.8a61f9b3a7aba766", 0, ""},
		"our clock a minute ahead":      {pemOf(t, "RSA PRIVATE KEY", key), "12345", 59 * time.Second, ""},
		"our clock five minutes behind": {pemOf(t, "RSA PRIVATE KEY", key), "12345", -5 * time.Minute, ""},
		"our clock an hour ahead":       {pemOf(t, "RSA PRIVATE KEY", key), "12345", time.Hour, schema.CodeForbidden},
		"our clock an hour behind":      {pemOf(t, "RSA PRIVATE KEY", key), "12345", -time.Hour, schema.CodeForbidden},
		"another App's key":             {pemOf(t, "RSA PRIVATE KEY", other), "12345", 0, schema.CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := githubtest.New(t)
			now := time.Date(2026, 9, 28, 23, 41, 7, 500, time.UTC)
			hub.SetApp(c.id, &key.PublicKey, func() time.Time { return now })
			app, err := github.NewApp(hub.URL, c.id, c.key, nil, func() time.Time { return now.Add(c.skew) })
			if err != nil {
				t.Fatal(err)
			}
			token, err := app.Token(t.Context(), "comp2402-f26", 0)
			if schema.CodeOf(err) != c.code || c.code == "" && token != githubtest.Token {
				t.Errorf("token %q, %v; want code %q", token, err, c.code)
			}
		})
	}
	hub := githubtest.New(t)
	hub.SetApp("12345", &key.PublicKey, time.Now)
	app, err := github.NewApp(hub.URL, "54321", pemOf(t, "RSA PRIVATE KEY", key), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Token(t.Context(), "comp2402-f26", 0); schema.CodeOf(err) != schema.CodeForbidden {
		t.Errorf("another id: %v", err)
	}
}

// TestAppTokenIsKept checks that a token is requested once, and again shortly before it expires.
func TestAppTokenIsKept(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(t)
	key, now := rsaKey(t), time.Now()
	clock := func() time.Time { return now }
	hub.SetApp("12345", &key.PublicKey, clock)
	app, err := github.NewApp(hub.URL, "12345", pemOf(t, "RSA PRIVATE KEY", key), nil, clock)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		pass     time.Duration
		requests int
	}{{0, 2}, {time.Minute, 2}, {53 * time.Minute, 2}, {2 * time.Minute, 3}} {
		now = now.Add(c.pass)
		if _, err := app.Token(t.Context(), "comp2402-f26", 0); err != nil || hub.Requests() != c.requests {
			t.Errorf("%d: %d requests, want %d; %v", i, hub.Requests(), c.requests, err)
		}
	}
}

func TestAppKeyRefusals(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key   []byte
		words string
	}{
		"empty":           {nil, "is not in PEM"},
		"no PEM":          {[]byte("ssh-rsa AAAA"), "is not in PEM"},
		"a public key":    {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1}}), "is not an RSA key"},
		"another curve's": {pemOf(t, "PRIVATE KEY", curve), "is not an RSA key"},
	} {
		if _, err := github.NewApp("https://github.com", "1", c.key, nil, time.Now); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
