package docker_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/scheduler/pooltest"
	"github.com/grader/grader/schema"
)

func TestPool(t *testing.T) {
	t.Parallel()
	pooltest.Run(t, func(t *testing.T) (scheduler.Pool, *pooltest.Front) {
		pool, front := newPool(t)
		return withImage{pool}, front
	})
}

// withImage gives the suite's flavours an image.
type withImage struct{ *docker.Pool }

func (p withImage) Ensure(ctx context.Context, f schema.Flavour, n int) error {
	f.Image = testImage
	return p.Pool.Ensure(ctx, f, n)
}

// newPool creates a pool of real containers whose runners register at the front.
func newPool(t *testing.T) (*docker.Pool, *pooltest.Front) {
	t.Helper()
	needDocker(t)
	dir, err := os.MkdirTemp("", "pool") // a socket's path must be short
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	check(t, err)
	front := pooltest.NewFront(t, l)
	return &docker.Pool{
		Server: filepath.Base(dir), Socket: socket, Args: []string{"runner"},
		Registrar: front, Logger: slog.New(slog.DiscardHandler),
	}, front
}

func needDocker(t *testing.T) {
	t.Helper()
	if engine == nil {
		t.Skip("no Docker daemon")
	}
}

func flavour() schema.Flavour {
	return schema.Flavour{Name: "small", Image: testImage, CPU: 0.5, Memory: 64 << 20, Scratch: 16 << 20, Processes: 50}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
