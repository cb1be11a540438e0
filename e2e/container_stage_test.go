package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// graderImage is the image of the tests' runners. `make test` builds it if Docker is available.
const graderImage = "grader-runner:test"

// naps is a program that runs in a container for a while. The test cannot end it, because it is
// not a descendant of the server.
const naps = "sleep 3"

// docker runs the docker command and returns its output.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	said, err := exec.Command("docker", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return strings.TrimSpace(string(said))
}

// needContainers skips a test if containers cannot be used; `make test` prints that.
func needContainers(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: no containers")
	}
	if said, err := exec.Command("docker", "image", "inspect", graderImage).CombinedOutput(); err != nil {
		t.Skipf("no Docker daemon with the image %s (make test-image): %s", graderImage, said)
	}
}

// inContainers writes a configuration whose runners are containers of an image.
func inContainers(t *testing.T, image string, warm, most int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grader.yaml")
	text := fmt.Sprintf("flavours:\n  standard: {pool: docker, image: %q, cpu: 1, memory: 512MiB, scratch: 128MiB, processes: 256, warm: %d, max: %d}\n", image, warm, most)
	check(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// containers returns the running containers of the classroom's server.
func (c *classroom) containers(host ...string) []string {
	c.t.Helper()
	id, err := os.ReadFile(filepath.Join(c.data, "id"))
	check(c.t, err)
	return strings.Fields(docker(c.t, append(host, "ps", "-q", "--no-trunc", "--filter", "label=grader.server="+strings.TrimSpace(string(id)))...))
}

// removeContainers removes the containers of a killed server if no other server follows.
func (c *classroom) removeContainers() {
	id, err := os.ReadFile(filepath.Join(c.data, "id"))
	if err != nil {
		return // the server used no containers
	}
	const script = `left() { docker ps -aq --filter "label=grader.server=$1"; }
left "$1" | xargs -r docker rm --force >/dev/null 2>&1
test -z "$(left "$1")"`
	gone := polled(patience, seldom, func() bool { // some are being removed already
		remove := exec.Command("sh", "-c", script, "sh", strings.TrimSpace(string(id)))
		remove.Env = append(os.Environ(), c.env...)
		return remove.Run() == nil
	})
	if !gone {
		c.t.Error("the killed server's containers cannot be removed")
	}
}

// runnersOf returns the runners that finished a student's jobs, and the number of attempts.
func (c *classroom) runnersOf(login string) (runners map[string]bool, attempts int) {
	c.t.Helper()
	l := c.ledger()
	defer l.close()
	runners = map[string]bool{}
	for _, runner := range l.texts(`SELECT runner FROM jobs WHERE owner = ? AND kind = 'grade'`, login) {
		runners[runner] = true
	}
	return runners, l.count(`SELECT coalesce(sum(attempt), 0) FROM jobs WHERE owner = ? AND kind = 'grade'`, login)
}

// inWords describes a submission's result with every test.
func inWords(s schema.PublicSubmission) string {
	said := fmt.Sprintf("%s %s %s/%s", s.State, s.Outcome, s.Score, s.MaxScore)
	if s.Build != nil {
		said += fmt.Sprintf("\nbuild %s", s.Build.Outcome)
	}
	for _, test := range s.Tests {
		said += fmt.Sprintf("\n%s %s %s/%s", test.Name, test.Outcome, test.Score, test.MaxScore)
	}
	return said
}

// imageID returns the content id of an image.
func imageID(t *testing.T, name string) string {
	t.Helper()
	var is []struct{ Id string }
	check(t, json.Unmarshal([]byte(docker(t, "image", "inspect", name)), &is))
	return is[0].Id
}
