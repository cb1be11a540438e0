package sandbox_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// cross runs two steps whose streams are crossed, and returns how they ended. It starts the first
// argument first.
func cross(t *testing.T, w *sandbox.Wall, one, other sandbox.Step) (a, b sandbox.Result) {
	t.Helper()
	upR, upW := pipe(t)
	downR, downW := pipe(t)
	one.Stdin, one.Stdout = upR, downW
	other.Stdin, other.Stdout = downR, upW
	first, err := w.Start(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Start(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{upR, upW, downR, downW} {
		f.Close()
	}
	a, err1 := first.Wait()
	b, err2 := second.Wait()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// TestOrderOfEndsIsKnown checks that a program that ends because its partner has ended is reported as the later one, even on a
// busy machine.
func TestOrderOfEndsIsKnown(t *testing.T) {
	t.Parallel()
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		for range 40 {
			reads, leaves := shell(newScratch(t, w), "read line || exit 43"), shell(newScratch(t, w), "exit 1")
			a, b := cross(t, w, reads, leaves)
			if a.Exit != 43 || b.Exit != 1 || b.Ended >= a.Ended {
				t.Fatalf("who reads: exit %d at %v; who leaves: exit %d at %v", a.Exit, a.Ended, b.Exit, b.Ended)
			}
		}
	})
}

// TestStepThatEndedFirstIsNotKilled checks that a step that has ended is not reported as killed,
// even if it was about to be killed: its end is known before its partner can see it.
func TestStepThatEndedFirstIsNotKilled(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		for range 40 {
			inR, inW := pipe(t)
			outR, outW := pipe(t)
			step := shell(newScratch(t, w), "exit 7")
			step.Stdin, step.Stdout = inR, outW
			p, err := w.Start(t.Context(), step)
			must(t, err)
			outW.Close()
			_, err = io.ReadAll(outR) // until the program ends
			must(t, err)
			p.Kill()
			if got, err := p.Wait(); err != nil || got.Killed || got.Exit != 7 {
				t.Fatalf("%+v, %v", got, err)
			}
			for _, f := range []*os.File{inR, inW, outR} {
				f.Close()
			}
		}
	})
}

// TestClosedStreamsEndForThePartner checks that each of two programs notices when the other one
// closes its output and still runs.
func TestClosedStreamsEndForThePartner(t *testing.T) {
	t.Parallel()
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		closes := shell(newScratch(t, w), "exec >&-; read answer; test \"$answer\" = over")
		reads := shell(newScratch(t, w), "read line; echo over")
		closes.Limits.Wall, reads.Limits.Wall = time.Minute, time.Minute
		a, b := cross(t, w, closes, reads)
		if a.Exit != 0 || a.Limit != "" || b.Limit != "" {
			t.Errorf("%+v\n%+v", a, b)
		}
	})
}
