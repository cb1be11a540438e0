package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"go.uber.org/goleak"
)

// testImage contains only the program, which is enough for a wall of level uid.
var testImage = "grader-pool-test:" + strconv.Itoa(os.Getpid())

// engine is the daemon's client, nil if none answers.
var engine *client.Client

func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Println("=== SKIPPED: the tests of the docker pool, for lack of a Docker daemon and root:", err)
		engine = nil
	}
	status := m.Run()
	if engine != nil {
		_, err := engine.ImageRemove(context.Background(), testImage, image.RemoveOptions{Force: true})
		if err := errors.Join(err, engine.Close()); err != nil {
			fmt.Println(err)
			status = 1
		}
	}
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Println(err)
		status = 1
	}
	os.Exit(status)
}

// prepare connects to the daemon and loads the image.
func prepare() error {
	if os.Getuid() != 0 {
		return errors.New("not root")
	}
	var err error
	if engine, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation()); err != nil {
		return err
	}
	if _, err := engine.Ping(context.Background()); err != nil {
		return errors.Join(err, engine.Close())
	}
	content, err := packProgram()
	if err != nil {
		return err
	}
	progress, err := engine.ImageImport(context.Background(), image.ImportSource{Source: content, SourceName: "-"}, testImage,
		image.ImportOptions{Changes: []string{`ENTRYPOINT ["/usr/local/bin/grader"]`}})
	if err != nil {
		return err
	}
	defer progress.Close()
	_, err = new(bytes.Buffer).ReadFrom(progress)
	return err
}

// packProgram returns a root file system with grader and the files that the check of its wall
// needs.
func packProgram() (*bytes.Buffer, error) {
	dir, err := os.MkdirTemp("", "pool")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	nothing := filepath.Join(dir, "true.go")
	if err := os.WriteFile(nothing, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return nil, err
	}
	content := new(bytes.Buffer)
	w := tar.NewWriter(content)
	for name, source := range map[string]string{"usr/local/bin/grader": "../..", "bin/true": nothing} {
		if err := addProgram(w, name, filepath.Join(dir, filepath.Base(name)), source); err != nil {
			return nil, err
		}
	}
	return content, w.Close()
}

func addProgram(w *tar.Writer, name, built, source string) error {
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", built, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	program, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(program)), Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err = w.Write(program)
	return err
}
