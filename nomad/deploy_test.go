package nomad_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/grader/grader/nomad/nomadtest"
)

// deployed returns the HCL files of nomad/deploy.
func deployed(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob("deploy/" + pattern)
	check(t, err)
	if len(files) == 0 {
		t.Fatalf("no deploy/%s", pattern)
	}
	return files
}

func TestDeployFilesParse(t *testing.T) {
	t.Parallel()
	for _, file := range deployed(t, "*.hcl") {
		if _, problems := hclparse.NewParser().ParseHCLFile(file); problems.HasErrors() {
			t.Errorf("%s: %v", file, problems)
		}
	}
}

// TestNomadDeployFiles validates the files with Nomad itself.
func TestNomadDeployFiles(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{ServerOnly: true})
	variables := map[string][]string{
		"deploy/grader.nomad.hcl": {"-var", "image=grader-server:v1"},
		"deploy/image.nomad.hcl":  {"-var", "source=https://files.example.org/runner.tar", "-var", "checksum=sha256:" + strings.Repeat("0", 64)},
	}
	run := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), nomadtest.Binary(t), args...)
		cmd.Env = append(os.Environ(), "NOMAD_ADDR="+agent.URL, "TMPDIR="+t.TempDir()) // receives a directory of keys
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("nomad %v: %v\n%s", args, err, said)
		}
	}
	for _, file := range deployed(t, "*.nomad.hcl") {
		run(append(append([]string{"job", "validate"}, variables[file]...), file)...)
		run("fmt", "-check", file)
	}
	for _, file := range []string{"deploy/server.hcl", "deploy/client.hcl"} {
		run("config", "validate", file)
	}
}
