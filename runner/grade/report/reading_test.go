package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told formats what a reader returns for a document.
func told(read reader, document string) string {
	var l List
	var b strings.Builder
	err := read([]byte(document), &l)
	for _, c := range l.Cases {
		fmt.Fprintf(&b, "%s %s", c.Name, c.Verdict)
		for _, text := range []string{c.Message, c.Output} {
			if text != "" {
				fmt.Fprintf(&b, " %q", text)
			}
		}
		if c.Wall > 0 {
			fmt.Fprintf(&b, " %s", c.Wall)
		}
		b.WriteByte('\n')
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	return b.String()
}

// readingCase is a document with the expected output of told.
type readingCase struct {
	name, document, want string
}

// checkReadings compares what a reader returns for documents with the expected output.
func checkReadings(t *testing.T, read reader, cases []readingCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, told(read, c.document)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReportCaps(t *testing.T) {
	t.Parallel()
	var l List
	many := "<testsuite>" + strings.Repeat(`<testcase name="a"/>`, maxCases+5) + "</testsuite>"
	if err := readJUnit([]byte(many), &l); !errors.Is(err, ErrTooLarge) || len(l.Cases) != maxCases {
		t.Errorf("too many cases: %v, %d", err, len(l.Cases))
	}
	l = List{}
	if err := readJUnit([]byte(strings.Repeat("<testsuite>", maxDepth+5)), &l); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too deep: %v", err)
	}
	l = List{}
	long := "<testsuite>" + strings.Repeat(`<testcase name="`+strings.Repeat("n", 5000)+`"><failure message="m">`+strings.Repeat("x", 1<<20)+"</failure></testcase>", 6) + "</testsuite>"
	if err := readJUnit([]byte(long), &l); err != nil || len(l.Cases) != 6 {
		t.Errorf("long texts: %v, %d cases", err, len(l.Cases))
	}
	for _, c := range l.Cases {
		if len(c.Name) > maxName+4 || len(c.Output) > maxText+100 {
			t.Errorf("a case has a name of %d and an output of %d bytes", len(c.Name), len(c.Output))
		}
	}
}

func TestListRewritesBeforeItCuts(t *testing.T) {
	t.Parallel()
	const directory = "/run/0123456789abcdef/work/"
	l := List{Rewrite: func(text string) string { return strings.ReplaceAll(text, directory, "") }}
	long := strings.Repeat("x", maxName-len(directory)/2)
	if err := l.add(Case{Name: directory + long, Message: directory + "m", Output: directory + strings.Repeat("y", maxText-len(directory)/2)}); err != nil {
		t.Fatal(err)
	}
	c := l.Cases[0]
	if c.Name != long || c.Message != "m" || strings.Contains(c.Output, "run") || strings.Contains(c.Output, "left out") {
		t.Errorf("%q, %q, %.40q", c.Name, c.Message, c.Output)
	}
}
