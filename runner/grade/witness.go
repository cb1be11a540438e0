package grade

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/grader/grader/runner/sandbox"
)

// The pipes between pytest's launcher and the runner. The launcher removes their names, and that of
// the key, before it loads any code of the submission.
const (
	eventsPipe  = ".events"
	answersPipe = ".answers"
)

// Limits on the data that a launcher sends.
const (
	maxRecord    = 256 << 10
	maxWitnessed = 100_000 // cases
	maxNotes     = 100
)

// witness records, outside the wall, what a launcher (frameworks/) reports about the framework
// while that runs. The submission cannot change the records afterwards, whatever it does to the
// process.
//
// The launcher sends lines. A line consists of the HMAC-SHA-256 of the rest of the line, the number
// of the record, from 1, and a JSON array. The array says whether the launcher waits for an answer,
// and contains the record. The answer to record n is the HMAC of "answer n". HMACs are in
// hexadecimal digits.
type witness struct {
	key      []byte
	events   *os.File // for reading
	answers  *os.File // for writing
	others   []*os.File
	listened sync.WaitGroup

	count int  // received records
	lost  bool // a record is missing, or one does not come from the launcher
	cases map[string]bool
	seal  signature
	ended bool
}

// record is one statement of a launcher. Only one field is set. The first record is the start.
type record struct {
	Start    bool     `json:"start"`
	Note     string   `json:"note"`     // the submission is about to read or change the framework
	Case     []any    `json:"case"`     // a case's name, and whether it passed
	Changed  []string `json:"changed"`  // parts of the framework or of the tests
	Replaced []string `json:"replaced"` // parts of other modules that the tests use
	End      *struct {
		Reports map[string]string `json:"reports"` // SHA-256 by path below $REPORTS
	} `json:"end"`
}

// openWitness creates the pipes in the directory of a test's reports and listens.
func openWitness(reports *sandbox.Scratch, key string) (*witness, error) {
	events, keep, err := reports.Pipe(eventsPipe)
	if err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	unread, answers, err := reports.Pipe(answersPipe)
	if err != nil {
		events.Close()
		keep.Close()
		return nil, fmt.Errorf("open witness: %w", err)
	}
	return newWitness(key, events, answers, keep, unread), nil
}

// newWitness starts to listen. end closes all files: first the others, then, after the end of the
// events, the pipes.
func newWitness(key string, events, answers *os.File, others ...*os.File) *witness {
	w := &witness{key: []byte(key), events: events, answers: answers, others: others, cases: map[string]bool{}}
	w.listened.Go(w.listen)
	return w
}

// end stops listening after the step has ended.
func (w *witness) end() {
	for _, f := range w.others {
		f.Close()
	}
	w.listened.Wait()
	w.answers.Close()
	w.events.Close()
	for _, passed := range w.cases {
		if passed {
			w.seal.Passed++
		}
	}
}

// spoke reports whether anything arrived, from a launcher or not.
func (w *witness) spoke() bool { return w.count > 0 || w.lost }

// listen reads records until the end, or until one does not come from the launcher. After such a
// record it answers nothing.
func (w *witness) listen() {
	lines := bufio.NewReaderSize(w.events, maxRecord)
	for !w.lost {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull), err != nil && len(line) > 0:
			w.lost = true
		case err != nil:
			return
		default:
			w.take(strings.TrimSuffix(string(line), "\n"))
		}
	}
	w.answers.Close()
	w.events.Close()
}

// take processes a line.
func (w *witness) take(line string) {
	sum, rest, _ := strings.Cut(line, " ")
	number, text, _ := strings.Cut(rest, " ")
	var r record
	answer := false
	switch {
	case !hmac.Equal([]byte(sum), w.sum(rest)):
		w.lost = true
	case number != strconv.Itoa(w.count+1), json.Unmarshal([]byte(text), &[]any{&answer, &r}) != nil:
		w.lost = true
	default:
		w.note(r)
	}
	w.count++
	if answer {
		_, err := w.answers.Write(w.sum("answer " + number))
		w.lost = w.lost || err != nil
	}
}

// sum returns the HMAC of a text.
func (w *witness) sum(text string) []byte {
	mac := hmac.New(sha256.New, w.key)
	mac.Write([]byte(text))
	return hex.AppendEncode(nil, mac.Sum(nil))
}

// note records a statement. A case that failed once counts as failed.
func (w *witness) note(r record) {
	switch {
	case len(r.Case) == 2:
		name, _ := r.Case[0].(string)
		passed, _ := r.Case[1].(bool)
		before, known := w.cases[name]
		if known || len(w.cases) < maxWitnessed {
			w.cases[name] = passed && (before || !known)
		}
	case r.End != nil:
		w.ended, w.seal.Reports = true, maps.Clone(r.End.Reports)
	case r.Note != "":
		w.seal.Noted = appendNotes(w.seal.Noted, r.Note)
	}
	w.seal.Changed = appendNotes(w.seal.Changed, r.Changed...)
	for _, part := range r.Replaced {
		w.seal.Noted = appendNotes(w.seal.Noted, "replacing "+part)
	}
}

// appendNotes appends the new texts, up to a limit.
func appendNotes(notes []string, more ...string) []string {
	for _, text := range more {
		if len(notes) < maxNotes && !slices.Contains(notes, text) {
			notes = append(notes, text)
		}
	}
	return notes
}
