package sandbox_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// recordEnv is the variable with the name of the file to which TestAttacks writes the result of
// each attack.
const recordEnv = "GRADER_ATTACK_RECORD"

// row is the result of one attack.
type row struct {
	Place      string `json:",omitempty"` // where the wall ran; set by the reader
	Kind, Name string
	Level      sandbox.Level
	Verdict    string
	Next       bool     // the next step worked normally
	Left       []string // what it left behind
	Took       time.Duration
	Held       bool // the wall withstood the attack
}

// record is the file of TestAttacks's results, one per line: the machine's facts, then rows. Its
// methods work on nil, if no file was requested.
type record struct {
	mu   sync.Mutex
	file *os.File
}

func openRecord(t *testing.T) *record {
	t.Helper()
	path := os.Getenv(recordEnv)
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &record{file: f}
	r.write(t, sandbox.Probe(t.Context()))
	return r
}

func (r *record) add(t *testing.T, each row) {
	if r != nil {
		r.write(t, each)
	}
}

func (r *record) write(t *testing.T, what any) {
	line, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.file.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
}

// readRecord reads the file that TestAttacks wrote.
func readRecord(path string) (facts sandbox.Report, rows []row, err error) {
	f, err := os.Open(path)
	if err != nil {
		return facts, nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	if !lines.Scan() {
		return facts, nil, errors.Join(errNoRecord, lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &facts); err != nil {
		return facts, nil, err
	}
	for lines.Scan() {
		var each row
		if err := json.Unmarshal(lines.Bytes(), &each); err != nil {
			return facts, nil, err
		}
		rows = append(rows, each)
	}
	return facts, rows, lines.Err()
}

var errNoRecord = errors.New("nothing was recorded")

// line returns the row in the table of docs/attacks.md.
func (r *row) line() string {
	left := "nothing"
	if len(r.Left) > 0 {
		left = strings.Join(r.Left, ", ")
	}
	return fmt.Sprintf("| %s: %s | %s, %s | %s | %s | %s | %d ms |", r.Kind, r.Name, r.Place, r.Level, r.verdict(), yes(r.Next), left, r.Took.Milliseconds())
}

func (r *row) verdict() string {
	if !r.Held {
		return "**NOT HELD** (" + r.Verdict + ")"
	}
	return r.Verdict
}

func yes(fine bool) string {
	if fine {
		return "yes"
	}
	return "**no**"
}
