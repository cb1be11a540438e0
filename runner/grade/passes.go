package grade

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// nextPass is the name of a file in the feedback directory. A checker or driver that accepts
// creates it to request another run of the program, with the file's content as input.
const nextPass = "nextpass.in"

// Limits of the data that a checker or driver keeps from one pass to the next.
const (
	maxPassInput = 64 << 20
	maxPassFiles = 1000
)

// onePass runs the program once, and then the trusted program on the result. It returns how the
// trusted program crashed, if it did, and its output. If the program itself ended badly, result
// says so, and there is no verdict.
type onePass func(ctx context.Context, t *trusted, it item, result *schema.TestResult) (crash, words string, settled bool, err error)

// judgePasses runs a case as often as its checker or driver requests.
func (r *trial) judgePasses(ctx context.Context, c assignment.Command, it item, result *schema.TestResult, pass onePass) (crash, words string, settled bool, err error) {
	t, err := r.newTrusted(c, it)
	if err != nil {
		return "", "", false, err
	}
	for n := 1; ; n++ {
		crash, words, settled, err = pass(ctx, t, it, result)
		if err != nil || crash != "" || settled {
			break
		}
		input, asked := t.asksForMore()
		if !asked {
			break
		}
		if crash = r.refusedPass(n, result); crash != "" {
			break
		}
		it.input = assignment.Input{Set: true, Text: string(input)}
		next, err := r.newTrusted(c, it)
		if err == nil {
			err = next.inherit(t)
		}
		t.place.remove()
		if err != nil {
			return "", "", false, err
		}
		t = next
		if ctx.Err() != nil {
			t.place.remove()
			return "", "", false, errCutOff
		}
	}
	t.place.remove()
	return crash, words, settled, err
}

// refusedPass explains why the program is not run again after that many passes. It returns "" if it
// is.
func (r *trial) refusedPass(passes int, result *schema.TestResult) string {
	switch most := max(r.test.Passes, 1); {
	case !accepted(*result):
		return "rejects, and asks for another run of the program by " + nextPass
	case passes >= most:
		return fmt.Sprintf("asks for run %d of the program by %s; passes: %d is the most", passes+1, nextPass, most)
	}
	return ""
}

// asksForMore returns the input of the program's next run, if the trusted program requests one.
func (t *trusted) asksForMore() ([]byte, bool) {
	input, err := t.place.scratch.ReadFile("feedback/"+nextPass, maxPassInput)
	return input, err == nil
}

// inherit copies the trusted program's files from the feedback directory of the previous pass,
// except its request.
func (t *trusted) inherit(before *trusted) error {
	keep, err := os.MkdirTemp(t.place.scratch.Path(), "before-")
	if err != nil {
		return fmt.Errorf("next pass: %w", err)
	}
	defer os.RemoveAll(keep)
	if _, err := before.place.scratch.CopyOut(keep, sandbox.Caps{Files: maxPassFiles, Bytes: maxPassInput, Depth: maxArtefactDepth}); err != nil {
		return fmt.Errorf("next pass: %w", err)
	}
	files, err := listFiles(filepath.Join(keep, "feedback"))
	if err != nil {
		return fmt.Errorf("next pass: %w", err)
	}
	for _, f := range files {
		if f.path == nextPass {
			continue
		}
		if err := t.place.scratch.CopyIn("feedback/"+f.path, filepath.Join(keep, "feedback", f.path), f.mode, f.stamp); err != nil {
			return fmt.Errorf("next pass: %w", err)
		}
	}
	return nil
}
