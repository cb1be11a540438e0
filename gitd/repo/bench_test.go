package repo_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
)

func BenchmarkPath(b *testing.B) {
	s := newBundle(b)
	for id := int64(1); b.Loop(); id++ {
		if _, err := s.Path(id); err != nil {
			b.Fatal(err)
		}
	}
}

// tenFiles pushes ten files and returns their commit.
func (b *bundle) tenFiles(w work, round int) string {
	for i := range 10 {
		w.write(fmt.Sprintf("src/f%d.c", i), strings.Repeat(fmt.Sprintf("int f%d_%d;\n", i, round), 40))
	}
	return w.commit()
}

func BenchmarkEntries(b *testing.B) {
	s := newBundle(b)
	w := s.newWork()
	commit := s.tenFiles(w, 0)
	w.mustPush(1)
	for b.Loop() {
		if _, err := s.Entries(context.Background(), 1, repo.Quarantine{}, commit, 1000); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTreeOf(b *testing.B) {
	s := newBundle(b)
	w := s.newWork()
	commit := s.tenFiles(w, 0)
	w.mustPush(1)
	for b.Loop() {
		if _, err := s.TreeOf(1, commit); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPin(b *testing.B) {
	s := newBundle(b)
	w := s.newWork()
	commit := s.tenFiles(w, 0)
	w.mustPush(1)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Pin(1, fmt.Sprint("p", i), commit); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExportTar(b *testing.B) {
	s := newBundle(b)
	w := s.newWork()
	commit := s.tenFiles(w, 0)
	w.mustPush(1)
	for b.Loop() {
		if err := s.ExportTar(context.Background(), 1, commit, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdvertise(b *testing.B) {
	s := newBundle(b)
	for b.Loop() {
		if err := s.Advertise(1, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReceiveCommands measures a receive-pack from start to end that receives nothing.
func BenchmarkReceiveCommands(b *testing.B) {
	s := newBundle(b)
	for b.Loop() {
		lock, err := s.Lock(context.Background(), 1)
		if err != nil {
			b.Fatal(err)
		}
		r, err := s.ReceiveCommands(context.Background(), 1, lock, "", "refs/heads/main")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.WriteString(r.Stdin, "0000"); err != nil {
			b.Fatal(err)
		}
		if err := r.Wait(); err != nil {
			b.Fatal(err)
		}
		_ = r.Close()
		unlock(b, lock)
	}
}

// judging returns hooks that do the same as gitd's: list the tree and pin the commit.
func (b *bundle) judging() judge {
	return judge{
		pre: func(q string, u []hooks.Update) ([]string, bool) {
			_, err := b.Entries(context.Background(), 1, repo.Quarantine{Dir: q}, u[0].New, 1000)
			return nil, err == nil
		},
		post: func(u []hooks.Update) ([]string, error) {
			_, err := b.Pin(1, u[0].New, u[0].New)
			return nil, err
		},
	}
}

// BenchmarkPush measures a whole push through the store, judged and pinned. The baseline is the
// same push to a local path with the same settings and no hooks.
func BenchmarkPush(b *testing.B) {
	s := newBundle(b)
	s.judge(s.judging())
	w := s.newWork()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		s.tenFiles(w, i)
		b.StartTimer()
		w.mustPush(1)
	}
}

func BenchmarkPushFloor(b *testing.B) {
	s := newBundle(b)
	w := s.newWork()
	dir, err := s.Path(1)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		s.tenFiles(w, i)
		cmd := w.command("push", "-q", dir, "+HEAD:refs/heads/main")
		cmd.Env = append(cmd.Env, "GIT_CONFIG_COUNT=4",
			"GIT_CONFIG_KEY_0=core.fsync", "GIT_CONFIG_VALUE_0=committed", "GIT_CONFIG_KEY_1=receive.unpackLimit", "GIT_CONFIG_VALUE_1=1",
			"GIT_CONFIG_KEY_2=receive.fsckObjects", "GIT_CONFIG_VALUE_2=true", "GIT_CONFIG_KEY_3=core.hooksPath", "GIT_CONFIG_VALUE_3="+os.DevNull)
		b.StartTimer()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
