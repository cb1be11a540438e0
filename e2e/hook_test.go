package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// heldHook makes git wait after the server has accepted a push and before git updates the ref.
type heldHook struct {
	t    *testing.T
	dir  string
	hook string // path at which git finds the hook
}

// holdHook replaces the hook with a script that runs the real hook and then waits for
// letGo. The next start of the server restores the real hook, like restore.
func (c *classroom) holdHook() *heldHook {
	c.t.Helper()
	h := &heldHook{t: c.t, dir: c.t.TempDir(), hook: filepath.Join(c.data, "repositories/hooks/pre-receive")}
	check(c.t, syscall.Mkfifo(filepath.Join(h.dir, "go"), 0o600))
	to, err := os.Readlink(h.hook)
	check(c.t, err)
	check(c.t, os.Symlink(to, filepath.Join(h.dir, "pre-receive")))
	script := fmt.Sprintf("#!/bin/sh\n%[1]s/pre-receive || exit\n: > %[1]s/answered\nread word < %[1]s/go\n", h.dir)
	check(c.t, os.Remove(h.hook))
	check(c.t, os.WriteFile(h.hook, []byte(script), 0o755))
	return h
}

// answered reports whether the server has accepted a push.
func (h *heldHook) answered() bool {
	_, err := os.Stat(filepath.Join(h.dir, "answered"))
	return err == nil
}

// letGo lets git continue. The server need not be running.
func (h *heldHook) letGo() {
	h.t.Helper()
	f, err := os.OpenFile(filepath.Join(h.dir, "go"), os.O_RDWR, 0) // does not block
	check(h.t, err)
	h.t.Cleanup(func() { f.Close() })
	_, err = f.WriteString("go\n")
	check(h.t, err)
}

// restore restores the real hook with a symbolic link, which also works on a full disk.
func (h *heldHook) restore() {
	h.t.Helper()
	to, err := os.Readlink(filepath.Join(h.dir, "pre-receive"))
	check(h.t, err)
	check(h.t, os.Remove(h.hook))
	check(h.t, os.Symlink(to, h.hook))
}
