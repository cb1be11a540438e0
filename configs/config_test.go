package configs

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestMalformedConfigurationNamesLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, says string }{
		"unknown key":                 {"wall: uid\nmax_puhs: 1MiB\n", "line 2, column 1"},
		"unknown key of a flavour":    {"flavours:\n  small: {cpu: 1, memroy: 1GiB}\n", "line 2"},
		"size without a unit":         {"wall: uid\nmax_push: 64\n", "line 2"},
		"size in another unit":        {"max_push: 64MB\n", `line 1, column 11: a size must be a size such as 512KiB, 64MiB or 2GiB, not "64MB"`},
		"not a number":                {"flavours:\n  small: {cpu: many}\n", "line 2"},
		"unknown level of the wall":   {"wall: strong\n", "line 1: wall \"strong\" is not a level; use namespace or uid"},
		"warm above max":              {"flavours:\n  small: {cpu: 1, memory: 1GiB, scratch: 1GiB, processes: 9, warm: 3, max: 2}\n", "line 2: flavours: small: max must be at least 1, and not less than warm"},
		"a cooldown without a unit":   {flavours("cooldown: 30"), "line 4"},
		"a negative cooldown":         {flavours("cooldown: -30s"), "line 4: flavours: small: cooldown must be a time such as 30s"},
		"no cores":                    {"flavours:\n  small: {cpu: 0, memory: 1GiB, scratch: 1GiB, processes: 9, max: 2}\n", "line 2: flavours: small: cpu must be more than 0"},
		"no runners":                  {"flavours:\n  small: {max: 0}\n", "line 2: flavours: small: max must be at least 1"},
		"a key of a flavour twice":    {"flavours:\n  small: {max: 1, max: 2}\n", "line 2"},
		"no flavours":                 {"flavours: {}\n", "line 1: flavours must name at least one"},
		"name of a flavour":           {"flavours:\n  Big One: {cpu: 1, memory: 1GiB, scratch: 1GiB, processes: 9, max: 2}\n", `flavour "Big One"`},
		"negative sessions":           {"limits: {sessions: -1}\n", "line 1: limits must be numbers from 1"},
		"address without a scheme":    {"public_url: grader.example.org\n", `line 1: public_url "grader.example.org" is not the address of a site`},
		"no pool":                     {flavours("pool: kubernetes"), `line 4: flavours: small: pool "kubernetes" is not a pool; use local, docker or nomad`},
		"an image and no container":   {flavours("image: grader-runner:1"), "line 4: flavours: small: image is for the pools docker and nomad"},
		"an image and pool local":     {flavours("image: grader-runner:1", "pool: local"), "line 4: flavours: small: image is for the pools docker and nomad"},
		"docker without an image":     {flavours("pool: docker"), "line 3: flavours: small: image is missing"},
		"nomad without an image":      {flavours("pool: nomad"), "line 3: flavours: small: image is missing"},
		"no image":                    {flavours("pool: docker", "image: 'Not an image'"), `line 5: flavours: small: image "Not an image" is not the name of an image; use REPOSITORY@sha256:DIGEST`},
		"an image of no version":      {flavours("pool: docker", "image: registry.example.org:5000/runner"), "does not say which version"},
		"a digest cut short":          {flavours("pool: docker", "image: runner@sha256:12ab"), "is not the name of an image"},
		"not YAML":                    {"wall: [uid\n", "line"},
		"sign-in without an address":  {"sign_in: {oidc: {issuer: 'https://a.test', client_id: a, client_secret_file: /b}}\n", "line 1: sign_in needs public_url"},
		"issuer by http":              {signIn("oidc: {issuer: 'http://login.example.edu', client_id: a, client_secret_file: /b}"), `line 3: sign_in: oidc: issuer "http://login.example.edu" is not the address of a service; use one such as https://`},
		"no issuer":                   {signIn("oidc: {client_id: a, client_secret_file: /b}"), "line 3: sign_in: oidc: issuer"},
		"no client":                   {signIn("oidc: {issuer: 'https://a.test', client_secret_file: /b}"), "line 3: sign_in: oidc: client_id is missing"},
		"no secret":                   {signIn("github: {client_id: a}"), "line 3: sign_in: github: client_secret_file is missing"},
		"a login of github.com":       {signIn("github: {client_id: a, client_secret_file: /b, url: 'https://github.com/', match: login}"), "line 3: sign_in: github: match login is for a GitHub Enterprise Server"},
		"a match by name":             {signIn("github: {client_id: a, client_secret_file: /b, match: name}"), `line 3: sign_in: github: match "name" is not a part of an account`},
		"an address for a domain":     {signIn("github: {client_id: a, client_secret_file: /b, domain: a@b}"), `line 3: sign_in: github: domain "a@b" is not a domain`},
		"a mail server with a port":   {mails("host: 'mail.example.edu:25'", "from: g@example.edu"), `line 3: smtp: host "mail.example.edu:25" is not the name of a mail server`},
		"no mail server":              {mails("from: g@example.edu"), `smtp: host "" is not the name of a mail server`},
		"a port that is none":         {mails("host: m", "port: 70000", "from: g@example.edu"), "line 4: smtp: port 70000 is not a port"},
		"an unknown encryption":       {mails("host: m", "tls: 'yes'", "from: g@example.edu"), `line 4: smtp: tls "yes" is not a kind of encryption; use starttls, implicit or none`},
		"a user without a password":   {mails("host: m", "user: u", "from: g@example.edu"), "line 4: smtp: user and password_file belong together"},
		"a password in plain text":    {mails("host: m", "tls: none", "user: u", "password_file: /p", "from: g@example.edu"), "line 4: smtp: tls none would send the password in plain text"},
		"a sender with a name":        {mails("host: m", "from: 'Grader <g@example.edu>'"), `line 4: smtp: from "Grader <g@example.edu>" is not an e-mail address`},
		"mail without a site":         {"smtp: {host: m, from: g@example.edu}\n", "line 1: smtp: host needs public_url"},
		"an unknown key of webhooks":  {"webhooks: {of: true}\n", "line 1"},
		"GitHub without a secret":     {gitHub("token_file: /t", "organisations: {o: {course: c}}"), "line 2: github: webhook_secret_file is missing"},
		"GitHub without a token":      {gitHub("webhook_secret_file: /s", "organisations: {o: {course: c}}"), "line 2: github: token_file or app_id with app_key_file must be given"},
		"GitHub with both tokens":     {gitHub("webhook_secret_file: /s", "token_file: /t", "app_id: '1'", "app_key_file: /k", "organisations: {o: {course: c}}"), "github: token_file or app_id with app_key_file must be given, and not both"},
		"an App without its key":      {gitHub("webhook_secret_file: /s", "app_id: '1'", "organisations: {o: {course: c}}"), "line 3: github: app_id and app_key_file belong together"},
		"GitHub by http":              {gitHub("url: 'http://github.example.edu'", "webhook_secret_file: /s", "token_file: /t", "organisations: {o: {course: c}}"), `line 2: github: url "http://github.example.edu" is not the address`},
		"no organisation":             {gitHub("webhook_secret_file: /s", "token_file: /t"), "github: organisations must name at least one"},
		"one organisation twice":      {gitHub("webhook_secret_file: /s", "token_file: /t", "organisations: {Comp1-f26: {course: c}, comp1-F26: {course: d}}"), "Comp1-f26 and comp1-F26 are one organisation: case does not matter at GitHub; keep one of them"},
		"a path as an organisation":   {gitHub("webhook_secret_file: /s", "token_file: /t", "organisations: {a/b: {course: c}}"), `organisations "a/b" cannot be the name of an organisation`},
		"an organisation's course":    {gitHub("webhook_secret_file: /s", "token_file: /t", "organisations: {o: {course: 'Not One'}}"), "github: organisations: o: course"},
		"a prefix for no assignment":  {gitHub("webhook_secret_file: /s", "token_file: /t", "organisations: {o: {course: c, assignments: {lab: 'Lab 1'}}}"), "github: organisations: o: lab"},
		"an unknown key of a service": {signIn("github: {client_id: a, client_secret_file: /b, role: admin}"), "line 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "grader.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %q (%s); want %q", err, schema.CodeOf(err), c.says)
			}
		})
	}
}

// signIn returns a configuration with a sign-in service.
func signIn(service string) string {
	return "public_url: https://grader.example.org\nsign_in:\n  " + service + "\n"
}

// mails returns a configuration with a mail server.
func mails(lines ...string) string {
	return "public_url: https://grader.example.edu\nsmtp:\n  " + strings.Join(lines, "\n  ") + "\n"
}

func gitHub(lines ...string) string {
	return "github:\n  " + strings.Join(lines, "\n  ") + "\n"
}

// TestSignInDefaults omits every optional key.
func TestSignInDefaults(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "grader.yaml")
	text := signIn("oidc: {issuer: 'https://login.example.edu', client_id: a, client_secret_file: /b}\n  github: {client_id: c, client_secret_file: /d, domain: example.edu}")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := SignIn{
		OIDC: &OIDC{Client: Client{Name: "OpenID Connect", ID: "a", SecretFile: "/b", Match: schema.MatchLogin}, Issuer: "https://login.example.edu",
			Scopes: []string{"profile", "email"}, Claim: "preferred_username"},
		GitHub: &GitHub{Client: Client{Name: "GitHub", ID: "c", SecretFile: "/d", Match: schema.MatchEmail, Domain: "example.edu"}, URL: "https://github.com"},
	}
	if diff := cmp.Diff(want, c.SignIn); diff != "" {
		t.Error(diff)
	}
}

// flavours returns a configuration with one flavour, small, which is valid except for the given
// lines.
func flavours(lines ...string) string {
	return "flavours:\n  small:\n    cpu: 1\n    " + strings.Join(append(lines, "memory: 1GiB", "scratch: 1GiB", "processes: 9", "max: 2"), "\n    ") + "\n"
}

func TestImagesOfContainers(t *testing.T) {
	t.Parallel()
	for _, image := range []string{
		"registry.example.org:5000/course/runner@sha256:" + strings.Repeat("0f", 32),
		"grader-runner:" + strings.Repeat("0f", 32),
		"grader-runner:v1.2",
		"grader-runner:v1.2@sha256:" + strings.Repeat("0f", 32),
	} {
		for _, pool := range []PoolKind{PoolDocker, PoolNomad} {
			f := Flavour{Pool: pool, Image: image, CPU: 1, Memory: 1 << 30, Scratch: 1 << 30, Processes: 9, Max: 1}
			if err := f.check(); err != nil {
				t.Errorf("%s of pool %s: %v", image, pool, err)
			}
			if got := f.schema("small").Image; got != image {
				t.Errorf("the flavour's image is %q, want %q", got, image)
			}
		}
	}
}

// TestKeysOfAFlavourHaveDefaults checks that missing keys of a flavour have the defaults that the
// sample shows.
func TestKeysOfAFlavourHaveDefaults(t *testing.T) {
	t.Parallel()
	cores := runtime.NumCPU()
	with := func(change func(*Flavour)) Flavour {
		f := Default().Flavours["standard"]
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		text string
		want Flavour
	}{
		"pool and max":      {"{pool: local, max: 1}", with(func(f *Flavour) { f.Warm, f.Max = 1, 1 })},
		"many runners":      {"{max: 1000}", with(func(f *Flavour) { f.Warm, f.Max = cores, 1000 })},
		"many warm runners": {"{warm: 1000}", with(func(f *Flavour) { f.Warm, f.Max = 1000, 1000 })},
		"none warm":         {"{warm: 0}", with(func(f *Flavour) { f.Warm = 0 })},
		"only its memory":   {"{memory: 4GiB}", with(func(f *Flavour) { f.Memory = 4 << 30 })},
		"only an image":     {"{pool: docker, image: \"runner:1\"}", with(func(f *Flavour) { f.Pool, f.Image = PoolDocker, "runner:1" })},
		"no key":            {"{}", with(func(*Flavour) {})},
		"only its name":     {"", with(func(*Flavour) {})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "grader.yaml")
			if err := os.WriteFile(path, []byte("flavours:\n  small: "+c.text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]Flavour{"small": c.want}, got.Flavours); diff != "" {
				t.Errorf("flavours (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSampleConfigurationIsDefault(t *testing.T) {
	t.Parallel()
	got, err := Load("grader.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	standard := want.Flavours["standard"]
	standard.Warm, standard.Max = got.Flavours["standard"].Warm, got.Flavours["standard"].Max // this machine's cores
	want.Flavours = map[string]Flavour{"standard": standard}
	want.Limits = got.Limits // the SSH server's own defaults, shown
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-default +sample):\n%s", diff)
	}
}

func TestMailDefaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]SMTP{
		mails("host: m", "from: g@example.edu"):                  {Host: "m", Port: 587, TLS: "starttls", From: "g@example.edu"},
		mails("host: m", "tls: implicit", "from: g@example.edu"): {Host: "m", Port: 465, TLS: "implicit", From: "g@example.edu"},
	} {
		path := filepath.Join(t.TempDir(), "grader.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, *c.SMTP); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAutograders(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`autograders: {image: "x:1", network: none, time: 5m, memory: 1GiB, max: 3}`: "",
		"autograders: {time: -1s}":              "line 1: autograders: time must be a time such as 20m",
		"autograders: {memory: 1KiB}":           "line 1: autograders: memory must be at least 16MiB",
		"autograders: {network: host}":          `line 1: autograders: network "host" is the network of this machine or of another program`,
		"autograders: {network: 'container:x'}": `line 1: autograders: network "container:x" is`,
		"autograders: {max: -1}":                "line 1: autograders: max must be at least 1; leave it out for its default",
		"autograders: {image: 'a b'}":           "line 1: autograders: image",
	} {
		path := filepath.Join(t.TempDir(), "grader.yaml")
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if a := c.Autograders; want == "" && a != (Autograders{Image: "x:1", Network: "none", Time: 5 * time.Minute, Memory: 1 << 30, Disk: 8 << 30, Total: 40 << 30, Max: 3}) {
			t.Errorf("%+v", a)
		}
	}
}
