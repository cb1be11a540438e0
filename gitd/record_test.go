package gitd_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/gitd/hostile"
	"github.com/grader/grader/gitd/pktline"
)

// TestPushIsRecordedWithoutPostReceive replaces the post-receive hook by one that waits until the
// person has the verdict, and by one that fails. git's report is enough.
func TestPushIsRecordedWithoutPostReceive(t *testing.T) {
	t.Parallel()
	for name, hook := range map[string]string{"the hook fails": "exit 1", "the hook waits": "read -r line <FIFO"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fifo := filepath.Join(t.TempDir(), "fifo")
			check(t, unix.Mkfifo(fifo, 0o600))
			held, err := os.OpenFile(fifo, os.O_RDWR, 0)
			check(t, err)
			t.Cleanup(func() { check(t, held.Close()) }) // after the server has stopped
			b := newBundle(t)
			b.publish(assignmentYAML)
			path := filepath.Join(b.dir, "r/hooks/post-receive")
			check(t, os.Remove(path))
			check(t, os.WriteFile(path, []byte("#!/bin/sh\n"+strings.Replace(hook, "FIFO", fifo, 1)+"\n"), 0o700))
			b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
			b.push("alice", "w").says(t, "submission 1", "2 / 2")
			if n := len(b.submissions("alice")); n != 1 {
				t.Errorf("%d submissions", n)
			}
			_, err = held.WriteString("\n") // ends the hook
			check(t, err)
		})
	}
}

// TestPushIsRecordedWithoutReport pushes as a client that asks for no report. The post-receive hook
// records the push.
func TestPushIsRecordedWithoutReport(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	p := hostile.NewPack()
	_, err := p.Add(hostile.Blob, 2, strings.NewReader("1\n"))
	check(t, err)
	entry, err := hostile.NewEntry("100644", "hello.c", hostile.Name("blob", []byte("1\n")))
	check(t, err)
	tree, err := p.AddTree(entry)
	check(t, err)
	commit, err := p.CommitOf(tree)
	check(t, err)
	r := b.raw(t, "alice", "git-receive-pack 'comp1/a1'")
	r.advertised(t)
	_, err = r.in.Write(append(listOf(pktline.Zero+" "+commit+" refs/heads/main\x00side-band-64k"), p.Bytes()...))
	check(t, err)
	check(t, r.in.Close())
	said, _ := io.ReadAll(r.out)
	if subs := b.submissions("alice"); len(subs) != 1 || subs[0].Commit != commit {
		t.Errorf("submissions %+v; said %q", subs, said)
	}
	if open, err := b.store.OpenIntents(t.Context(), 0); err != nil || len(open) != 0 {
		t.Errorf("open intents %v, %v", open, err)
	}
}
