package command

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestDeploymentFlags checks the flags of `grader serve` in the systemd unit, in compose.yaml
// and in the Nomad job.
func TestDeploymentFlags(t *testing.T) {
	t.Parallel()
	var known []string
	for _, f := range serveCommand().Flags {
		known = append(known, f.Names()...)
	}
	for file, command := range map[string]string{
		"configs/grader.service":        `(?m)^ExecStart=.* serve .*$`,
		"configs/compose.yaml":          `(?m)^ +command: serve .*$`,
		"nomad/deploy/grader.nomad.hcl": `(?s)args = \[\s*"serve".*?\]`,
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", file))
		must(t, err)
		flags := regexp.MustCompile(`--([a-z]+)`).FindAllStringSubmatch(string(regexp.MustCompile(command).Find(text)), -1)
		if len(flags) != 4 {
			t.Errorf("%s: %d flags of serve, want 4", file, len(flags))
		}
		for _, f := range flags {
			if !slices.Contains(known, f[1]) {
				t.Errorf("%s: serve has no --%s", file, f[1])
			}
		}
	}
}
