package service

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/nomad"
)

func TestNomadAsConfigured(t *testing.T) {
	t.Parallel()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := configs.Default()
	c.Flavours = map[string]configs.Flavour{"small": {Pool: configs.PoolNomad, Nomad: &configs.Placement{
		Priority: 60, NodePool: "grading", Datacenters: []string{"north"},
		Constraints: []configs.Constraint{{Attribute: "${attr.cpu.arch}", Value: "amd64"}},
	}}}
	c.Nomad = configs.Nomad{Address: "http://10.0.0.1:4646", TokenFile: token, Network: "grader", Runners: configs.Runners{URL: "http://10.0.0.1:7070"}}
	address, err := NomadAddress(c.Nomad)
	if err != nil || address.URL != "http://10.0.0.1:4646" || address.Token != "secret" {
		t.Errorf("address %+v, %v", address, err)
	}
	settings, err := NomadSettings(c)
	if err != nil {
		t.Fatal(err)
	}
	want := nomad.Settings{Prefix: "grader", Server: "http://10.0.0.1:7070", Network: "grader", Wall: "uid", Flavours: map[string]nomad.Placement{
		"small": {Priority: 60, NodePool: "grading", Datacenters: []string{"north"}, Constraints: []nomad.Constraint{{Attribute: "${attr.cpu.arch}", Operator: "=", Value: "amd64"}}}}}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}
