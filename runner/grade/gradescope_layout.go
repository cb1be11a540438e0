package grade

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema/assignment"
)

// Names in Gradescope's layout. The layout is below /autograder at Gradescope and below the step's
// working directory here.
const (
	gradescopeRoot    = "/autograder"
	gradescopeRun     = "run_autograder"
	gradescopeResults = "results/results.json"
	gradescopeStdout  = "results/stdout"
)

// autolabMakefile is the file that makes a directory a lab of Autolab.
const autolabMakefile = "autograde-Makefile"

// maxRewritten bounds the size of a text file in which /autograder is replaced, in bytes.
const maxRewritten = 8 << 20

// gradescopePlace lays out a fresh place as Gradescope does: source/ with the autograder, submission/ with
// the student's files, results/, run_autograder and submission_metadata.json.
func (r *trial) gradescopePlace() (*place, error) {
	p, err := r.newPlace()
	if err != nil {
		return nil, err
	}
	if err := r.layOut(p); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

func (r *trial) layOut(p *place) error {
	for _, dir := range []string{"source", "submission", "results"} {
		if err := p.scratch.Mkdir(dir); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	if err := r.copyAutograder(p); err != nil {
		return err
	}
	for _, f := range r.shown.files {
		if err := p.scratch.CopyIn("submission/"+f.path, filepath.Join(r.shown.path(), f.path), f.mode|0o600, f.stamp); err != nil {
			return fmt.Errorf("copy submission: %w", err)
		}
	}
	metadata, err := r.metadata()
	if err != nil {
		return err
	}
	return p.scratch.WriteFile("submission_metadata.json", metadata, 0o644)
}

// copyAutograder copies the autograder's files into source/, and run_autograder next to it.
func (r *trial) copyAutograder(p *place) error {
	files, err := r.testsFiles()
	if err != nil {
		return err
	}
	secret, root := r.secrets(), r.rootOf(files, p)
	for _, f := range files {
		name, ours := strings.CutPrefix(f.path, r.test.Gradescope)
		if !ours || secret(f.path) {
			continue
		}
		if err := copyAutograderFile(p, filepath.Join(r.job.Tests, filepath.FromSlash(f.path)), name, root(name), f); err != nil {
			return fmt.Errorf("autograder: %w", err)
		}
	}
	return nil
}

// rootOf returns a function that returns what replaces /autograder in a file of the autograder. The files of a lab of
// Autolab know nothing of Gradescope's layout, except run_autograder; nothing is replaced in them.
func (r *trial) rootOf(files []treeFile, p *place) func(name string) string {
	lab := slices.ContainsFunc(files, func(f treeFile) bool { return f.path == r.test.Gradescope+autolabMakefile })
	return func(name string) string {
		if lab && name != gradescopeRun {
			return gradescopeRoot
		}
		return p.work
	}
}

// copyAutograderFile copies one file. In text files /autograder is replaced by root, and scripts get
// Unix line ends.
func copyAutograderFile(p *place, from, name, root string, f treeFile) error {
	mode := f.mode | 0o600
	if name == gradescopeRun || path.Ext(name) == ".sh" {
		mode |= 0o700
	}
	text, err := textOf(from)
	if err != nil {
		return err
	}
	if text == nil {
		return p.scratch.CopyIn("source/"+name, from, mode, f.stamp)
	}
	text = replaceRoot(text, root)
	if mode&0o100 != 0 {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	if name == gradescopeRun {
		if err := p.scratch.WriteFile(gradescopeRun, text, mode); err != nil {
			return err
		}
	}
	return p.scratch.WriteFile("source/"+name, text, mode)
}

// textOf returns the content of a text file, or nil if it is not text or too long.
func textOf(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil || info.Size() > maxRewritten {
		return nil, err
	}
	content, err := os.ReadFile(name)
	if err != nil || bytes.IndexByte(content, 0) >= 0 {
		return nil, err
	}
	if content == nil {
		content = []byte{}
	}
	return content, nil
}

// gradescopeOrder returns the step that runs the autograder in its layout. It writes both streams
// to results/stdout, as Gradescope does.
func (r *trial) gradescopeOrder(p *place) order {
	return order{
		command: assignment.Command{Shell: "exec ./" + gradescopeRun + " >" + gradescopeStdout + " 2>&1 </dev/null"},
		place:   p, vars: variables{"PYTHONPATH": p.work + "/source"}, trees: []*tree{r.shown}, limits: r.test.Limits,
	}
}

// maxChanged is the maximum number of changed files that are named.
const maxChanged = 5

// changedFiles returns the files of the autograder that were changed, by path below source/. It
// omits a file whose new content is one of the submission's files, because most autograders copy
// the submission over a file of their own.
func (r *trial) changedFiles(p *place) ([]string, error) {
	files, err := r.testsFiles()
	if err != nil {
		return nil, err
	}
	handed, err := r.contentsOfSubmission()
	if err != nil {
		return nil, err
	}
	secret, root := r.secrets(), r.rootOf(files, p)
	var changed []string
	for _, f := range files {
		name, ours := strings.CutPrefix(f.path, r.test.Gradescope)
		if !ours || secret(f.path) {
			continue
		}
		before, err := os.ReadFile(filepath.Join(r.job.Tests, filepath.FromSlash(f.path)))
		if err != nil {
			return nil, fmt.Errorf("autograder: %w", err)
		}
		after, err := p.scratch.ReadFile("source/"+name, int64(len(before)+maxRewritten))
		if err == nil && (sameLaidOut(before, after, root(name)) || handed[sha256.Sum256(after)]) {
			continue
		}
		changed = append(changed, name)
	}
	return changed, nil
}

// contentsOfSubmission returns the hashes of the submission's files.
func (r *trial) contentsOfSubmission() (map[[sha256.Size]byte]bool, error) {
	found := map[[sha256.Size]byte]bool{}
	for _, f := range r.shown.files {
		content, err := os.ReadFile(filepath.Join(r.shown.path(), f.path))
		if err != nil {
			return nil, fmt.Errorf("read submission: %w", err)
		}
		found[sha256.Sum256(content)] = true
	}
	return found, nil
}

// sameLaidOut reports whether a file still has the content that copyAutograder gave it.
func sameLaidOut(before, after []byte, root string) bool {
	plain := func(text []byte) []byte {
		return bytes.ReplaceAll(replaceRoot(text, root), []byte("\r\n"), []byte("\n"))
	}
	return bytes.Equal(before, after) || bytes.Equal(plain(before), plain(after))
}

// changedWords names changed files for staff. It returns "" if there are none. unknown: there may be more.
func changedWords(changed []string, unknown bool) string {
	if len(changed) == 0 {
		if unknown {
			return "which of the autograder's own files were changed during the run is not known"
		}
		return ""
	}
	more := ""
	if n := len(changed) - maxChanged; n > 0 {
		changed, more = changed[:maxChanged], fmt.Sprintf(" and %d more", n)
	}
	if unknown {
		more += "; not all changes are known"
	}
	return "changed or removed during the run, of the autograder's own files: " + strings.Join(changed, ", ") + more
}

// autograderRun describes the end and the result of an autograder's run.
type autograderRun struct {
	sandbox.Result
	end     ending
	results []byte
	missing string // why results.json cannot be read
	stdout  string
	changed []string // files of the autograder that were changed
	// changesUnknown reports that changed may not be all.
	changesUnknown bool
}
