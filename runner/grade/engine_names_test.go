package grade_test

import (
	"io"
	"os"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// unpacked returns a directory that was packed and unpacked, as on a runner.
func unpacked(t testing.TB, f files) string {
	t.Helper()
	from, to := f.write(t), t.TempDir()
	r, w := io.Pipe()
	go func() { w.CloseWithError(grade.Pack(w, from)) }()
	if err := grade.Unpack(r, to, grade.Caps{}); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestComposedAndDecomposedNamesAreEqual grades with every combination of the forms in which the assignment, the tests'
// files and the submission's files may write a name.
func TestComposedAndDecomposedNamesAreEqual(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	for _, in := range []norm.Form{norm.NFC, norm.NFD} {
		for _, on := range []norm.Form{norm.NFC, norm.NFD} {
			for _, of := range []norm.Form{norm.NFC, norm.NFD} {
				tests := files{
					"assignment.yaml": in.String(`
title: Names
files: {locked: ["Prüf/**"]}
starter: Anfänge/
prepare: [{run: "cp Größe.txt $PREPARED/g"}]
build: [{run: cp Lösung.py Söhne.py}]
tests:
  - {name: by a shell, run: python3 Lösung.py, stdout: "1"}
  - {name: by a list, run: [python3, Lösung.py], stdout: "1"}
  - {name: built, run: python3 Söhne.py, stdout: "1"}
  - {name: locked, run: cat Prüf/x, stdout: locked}
  - {name: needs, needs: ["Dätei*"], run: 'cat "$NEEDS/Däteiä"', stdout_file: Döne}
  - {name: cases, run: cat, cases: "ïo/*.in"}
  - {name: checker, run: "true", checker: [sh, prüfer.sh]}
`),
					on.String("Größe.txt"): "g", on.String("Anfänge/Prüf/x"): "locked\n", on.String("Däteiä"): "needed\n", on.String("Döne"): "needed\n",
					on.String("ïo/ä.in"): "x\n", on.String("ïo/ä.out"): "x\n", on.String("prüfer.sh"): "exit 42\n",
				}
				submission := files{of.String("Lösung.py"): "print(1)\n", of.String("Prüf/x"): "mine\n"}
				job := graded(unpacked(t, tests), unpacked(t, submission))
				for _, r := range mustGrade(t, g, job).Tests {
					if r.Outcome != schema.OutcomePassed {
						t.Errorf("assignment %d, tests %d, submission %d: %s: %s %s\n%s", in, on, of, r.Name, r.Outcome, r.Message, r.Output)
					}
				}
			}
		}
	}
}

// TestUnpackKeepsBothFormsOfAName unpacks an old submission with two names that are the same name
// today.
func TestUnpackKeepsBothFormsOfAName(t *testing.T) {
	t.Parallel()
	dir := unpacked(t, files{"Lösung.py": "composed", "Lo\u0308sung.py": "decomposed", "ä/x": "1", "a\u0308/y": "2"})
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%v, %v", entries, err)
	}
	for name, want := range map[string]string{"Lösung.py": "decomposed", "Lo\u0308sung.py": "composed", "ä/x": "1", "ä/y": "2"} {
		if content, err := os.ReadFile(dir + "/" + name); err != nil || string(content) != want {
			t.Errorf("%+q: %q, %v", name, content, err)
		}
	}
}
