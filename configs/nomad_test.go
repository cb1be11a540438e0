package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grader/grader/schema"
)

// onNomad returns a configuration with one flavour on Nomad and a cluster, with a change.
func onNomad(flavour string, change ...string) string {
	text := flavours("pool: nomad", "image: runner:1", flavour) + `nomad:
  address: http://10.0.0.1:4646
  network: grader
  runners: {listen: "10.0.0.1:7070", url: "http://10.0.0.1:7070"}
`
	return strings.NewReplacer(change...).Replace(text)
}

func TestMalformedNomadNamesLine(t *testing.T) {
	t.Parallel()
	const runners = `{listen: "10.0.0.1:7070", url: "http://10.0.0.1:7070"}`
	for name, c := range map[string]struct{ text, says string }{
		"a placement elsewhere":       {flavours("nomad: {priority: 3}"), "line 4: flavours: small: nomad is for the pool nomad"},
		"too urgent":                  {onNomad("nomad: {priority: 101}"), "flavours: small: nomad: priority must be from 1 to 100"},
		"an empty constraint":         {onNomad("nomad: {constraints: [{value: x}]}"), "flavours: small: nomad: constraints need an attribute"},
		"part of a core":              {onNomad("", "cpu: 1", "cpu: 0.5"), "flavours: small: cpu 0.5 is not a whole number of cores: say how many MHz"},
		"no network":                  {onNomad("", "  network: grader\n", ""), "nomad: network is missing"},
		"no cluster":                  {flavours("pool: nomad", "image: runner:1"), "nomad: network is missing"},
		"no address to listen on":     {onNomad("", runners, `{url: "http://10.0.0.1:7070"}`), "nomad: runners: listen must be an address"},
		"a malformed URL":             {onNomad("", runners, `{listen: "10.0.0.1:7070", url: somewhere}`), `nomad: runners: url "somewhere" is not an address for runners`},
		"a key without a certificate": {onNomad("", runners, `{listen: "10.0.0.1:7070", url: "https://a", key: k}`), "nomad: runners: key and cert go together"},
		"a certificate without https": {onNomad("", runners, `{listen: "10.0.0.1:7070", url: "http://a", cert: c, key: k}`), "nomad: runners: url must begin with https://"},
		"no name of jobs":             {onNomad("", "  network", "  jobs: Our Jobs\n  network"), "nomad: jobs"},
		"an unknown key":              {onNomad("", "  network", "  netwerk: x\n  network"), `unknown field "netwerk"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "grader.yaml")
			must(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := Load(path)
			if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %q (%s); want %q\n%s", err, schema.CodeOf(err), c.says, c.text)
			}
		})
	}
}

func TestNomadAsWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "grader.yaml")
	must(t, os.WriteFile(path, []byte(onNomad(
		`nomad: {priority: 60, node_pool: grading, datacenters: [north], constraints: [{attribute: "${attr.cpu.arch}", value: amd64}]}`,
		"  network", "  token_file: /etc/grader/token\n  network")), 0o600))
	c, err := Load(path)
	must(t, err)
	want := Nomad{Address: "http://10.0.0.1:4646", TokenFile: "/etc/grader/token", Network: "grader",
		Runners: Runners{Listen: "10.0.0.1:7070", URL: "http://10.0.0.1:7070"}}
	if diff := cmp.Diff(want, c.Nomad); diff != "" {
		t.Errorf("cluster (-want +got):\n%s", diff)
	}
	placed := &Placement{Priority: 60, NodePool: "grading", Datacenters: []string{"north"}, Constraints: []Constraint{{Attribute: "${attr.cpu.arch}", Value: "amd64"}}}
	if diff := cmp.Diff(placed, c.Flavours["small"].Nomad); diff != "" {
		t.Errorf("placement (-want +got):\n%s", diff)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
