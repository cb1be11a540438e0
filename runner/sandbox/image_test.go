package sandbox_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// testImage is what `make test` builds where Docker can be had.
const testImage = "grader-runner:test"

// TestInAnImage runs the tests of what a step finds again in a container of a runner's image, as
// Docker makes it by default, and as the pool makes it: there the wall has a machine to itself.
func TestInAnImage(t *testing.T) {
	if os.Getuid() != 0 || testing.Short() {
		t.Skip("needs root, and runs tests again")
	}
	if said, err := exec.CommandContext(t.Context(), "docker", "image", "inspect", testImage).CombinedOutput(); err != nil {
		t.Skipf("no Docker daemon with the image %s (make test-image): %s", testImage, said)
	}
	for name, more := range map[string][]string{
		"as Docker makes it": nil,
		"as the pool does":   {"--read-only", "--security-opt", "no-new-privileges", "--tmpfs", "/run:rw,nosuid,nodev,noexec,mode=755,size=16m", "--tmpfs", "/scratch:rw,exec,nosuid,nodev,mode=711", "-e", "TMPDIR=/scratch"},
	} {
		t.Run(name, func(t *testing.T) {
			said, err := inImage(t, testImage, more, "^Test(Comfort|Temp.*|Shared.*|Alone.*|StepWrites.*)$/^uid$").CombinedOutput()
			for _, test := range []string{"TestTempIsNotShared/uid", "TestSharedMemoryIsEmptyForTheNext/uid", "TestComfort/uid/children_that_look_at_themselves"} {
				if err != nil || !bytes.Contains(said, []byte("--- PASS: "+test+" ")) {
					t.Fatalf("%s: %v\n%s", test, err, said)
				}
			}
		})
	}
}

// inImage is this test program in a container of an image.
func inImage(t *testing.T, image string, more []string, tests string) *exec.Cmd {
	t.Helper()
	dir := wallDir(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	copyTests(t, dir)
	args := append([]string{"run", "--rm", "--name", "grader-attack-" + filepath.Base(dir), "--network", "none", "--init",
		"--memory", "2g", "--pids-limit", "1024", "-v", "/run/lock/grader:/run/lock/grader", "-v", dir + ":/tests:ro", "-w", "/tests"}, more...)
	// One wall has the container to itself.
	return exec.CommandContext(t.Context(), "docker", append(args, "--entrypoint", "/tests/tests", image, "-test.v", "-test.parallel", "1", "-test.run", tests)...)
}
