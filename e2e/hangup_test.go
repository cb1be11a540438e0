package e2e

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// SIGHUP stops the server like SIGTERM. Waiting pushes print how to watch again.
func TestHangupStopsServerInOrder(t *testing.T) {
	t.Parallel()
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("these tests run under nohup, and so does the server")
	}
	c := newClassroom(t, "", "alice")
	c.work("alice", waits, "right")
	l := c.push("alice")
	l.await(leaving)
	if err := c.server.StopBy(syscall.SIGHUP); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	said, status := l.end()
	if status != 0 || !told(said, "The server is restarting; your push is kept and will be graded.") {
		t.Errorf("exit status %d:\n%s", status, said)
	}
	c.serve()
	c.release()
	c.watchesAgain("alice", "2 / 2")
}

// With nohup a server keeps running after its terminal is closed.
func TestIgnoredHangupStaysIgnored(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	check(t, c.server.Stop())
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\ntrap '' HUP\nexec %s \"$@\"\n", filepath.Join(bin, "grader"))
	check(t, os.WriteFile(filepath.Join(dir, "grader"), []byte(script), 0o755))
	c.bin = dir // the server starts through the script
	c.serve()
	check(t, syscall.Kill(c.server.PID(), syscall.SIGHUP))
	c.work("alice", "", "right")
	if said, status := c.push("alice").end(); status != 0 || !strings.Contains(said, "2 / 2") {
		t.Errorf("after SIGHUP: exit status %d:\n%s", status, said)
	}
	if err := c.server.Stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}
