package sandbox_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// testImage is the image that `make test` builds if Docker is available.
const testImage = "grader-runner:test"

// TestInAnImage repeats the tests of a step's environment in a container of a runner's image. It
// runs them as Docker makes a container by default, and as the pool makes it, where the wall has
// the machine to itself.
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

// inImage returns the command that runs this test program in a container of an image.
func inImage(t *testing.T, image string, more []string, tests string) *exec.Cmd {
	t.Helper()
	dir := wallDir(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	copyTests(t, dir)
	args := append([]string{"run", "--rm", "--name", "grader-attack-" + filepath.Base(dir), "--network", "none", "--init",
		"--memory", "2g", "--pids-limit", "1024", "-v", "/run/lock/grader:/run/lock/grader", "-v", dir + ":/tests:ro", "-w", "/tests"}, more...)
	// Only one wall may use the container at a time.
	return exec.CommandContext(t.Context(), "docker", append(args, "--entrypoint", "/tests/tests", image, "-test.v", "-test.parallel", "1", "-test.run", tests)...)
}
