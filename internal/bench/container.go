package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// container measures gradings in containers with the restrictions that the pool docker gives its containers: each grader in
// its own image. The floors are measured in the same container.
func (b *bench) container(ctx context.Context) error {
	graders, err := binaries()
	if err != nil {
		return err
	}
	if graders[0].image == "" {
		return errors.New(imageEnv + " must be the name of a runner image of this grader (make test-image)")
	}
	for i, g := range graders {
		parts := "wall,cases,java,frameworks"
		if i > 0 {
			parts = "cases,java,frameworks" // this program contains the sandbox that wall measures
		}
		if g.image == "" {
			continue
		}
		fmt.Printf("%s in a container of %s\n", g.name, g.image)
		if err := b.inContainer(ctx, g, parts); err != nil {
			return err
		}
	}
	return nil
}

// inContainer measures parts in a container.
func (b *bench) inContainer(ctx context.Context, g binary, parts string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{
		"run", "--rm", "--network", "none", "--read-only", "--security-opt", "no-new-privileges",
		"--tmpfs", "/scratch:rw,exec,nosuid,nodev,mode=711", "--tmpfs", "/run:rw,nosuid,nodev,noexec,mode=755", "--env", "TMPDIR=/scratch",
		"--volume", self + ":/bench/bench:ro", "--volume", filepath.Dir(g.path) + ":/bench/bin:ro", "--workdir", "/bench", "--entrypoint", "/bench/bench",
	}
	for _, capability := range []string{"NET_RAW", "NET_BIND_SERVICE", "MKNOD", "AUDIT_WRITE", "SETFCAP", "SYS_CHROOT"} {
		args = append(args, "--cap-drop", capability)
	}
	args = append(args, g.image, "-only", parts, "-runs", strconv.Itoa(b.runs), "-cases", strconv.Itoa(b.size.cases))
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}
