package grade

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// teller sends records to a witness as the launcher does.
type teller struct {
	*witness
	t       *testing.T
	w       *os.File
	answers *bufio.Reader
	number  int
}

func newTeller(t *testing.T) *teller {
	t.Helper()
	events, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close() })
	return &teller{witness: newWitness("key", events, answers), t: t, w: w, answers: bufio.NewReader(read)}
}

// line signs a record.
func (s *teller) line(number int, text string) string {
	rest := fmt.Sprintf("%d %s", number, text)
	return string(s.sum(rest)) + " " + rest + "\n"
}

// tell sends a record and reads the answer if the record asks for one.
func (s *teller) tell(text string) {
	s.t.Helper()
	s.number++
	s.raw(s.line(s.number, text))
	if !strings.HasPrefix(text, "[true") {
		return
	}
	answer := make([]byte, 64)
	if _, err := s.answers.Read(answer); err != nil || string(answer) != string(s.sum(fmt.Sprintf("answer %d", s.number))) {
		s.t.Errorf("answer %q, %v", answer, err)
	}
}

// raw sends a text. The witness may have stopped reading after a foreign record.
func (s *teller) raw(text string) {
	s.t.Helper()
	if _, err := s.w.WriteString(text); err != nil && !errors.Is(err, syscall.EPIPE) {
		s.t.Fatal(err)
	}
}

// close ends the records.
func (s *teller) close() {
	s.w.Close()
	s.end()
}

func TestWitness(t *testing.T) {
	t.Parallel()
	s := newTeller(t)
	s.tell(`[true, {"start": true}]`)
	s.tell(`[false, {"case": ["a", true]}]`)
	s.tell(`[false, {"case": ["b", true]}]`)
	s.tell(`[false, {"case": ["b", false]}]`)
	s.tell(`[false, {"case": ["c", false]}]`)
	s.tell(`[false, {"case": ["c", true]}]`)
	s.tell(`[true, {"note": "sys.settrace"}]`)
	s.tell(`[true, {"changed": ["x", "y"]}]`)
	s.tell(`[true, {"changed": ["x"]}]`)
	s.tell(`[true, {"replaced": ["time.sleep"]}]`)
	s.tell(`[true, {"end": {"reports": {"r.xml": "12"}}}]`)
	s.tell(`[true, {"note": "gc.get_objects"}]`)
	s.close()
	want := signature{
		Reports: map[string]string{"r.xml": "12"}, Passed: 1, Changed: []string{"x", "y"},
		Noted: []string{"sys.settrace", "replacing time.sleep", "gc.get_objects"},
	}
	if diff := cmp.Diff(want, s.seal); diff != "" || !s.ended || s.lost {
		t.Errorf("ended %t, lost %t, %s", s.ended, s.lost, diff)
	}
}

// TestWitnessRejectsForeignRecords checks that incomplete records, and records that the launcher did not send, are rejected.
// Earlier records stay.
func TestWitnessRejectsForeignRecords(t *testing.T) {
	t.Parallel()
	const end = `[false, {"end": {"reports": {}}}]`
	for name, tell := range map[string]func(s *teller){
		"nothing signed":       func(s *teller) { s.raw("hello\n") },
		"signed with another":  func(s *teller) { s.raw(strings.Repeat("0", 64) + " 2 " + end + "\n") },
		"a record is missing":  func(s *teller) { s.raw(s.line(3, end)) },
		"a record again":       func(s *teller) { s.raw(s.line(1, `[false, {"start": true}]`)); s.raw(s.line(2, end)) },
		"a part of a line":     func(s *teller) { s.raw("x"); s.raw(s.line(2, end)) },
		"the last line is cut": func(s *teller) { s.raw(strings.TrimSuffix(s.line(2, end), "\n")) },
		"no record":            func(s *teller) { s.raw(s.line(2, `{"end": 1`)) },
		"a line that is too long": func(s *teller) {
			go func() { _, _ = s.w.WriteString(strings.Repeat("x", maxRecord+10) + "\n") }() // the pipe is smaller, and is closed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTeller(t)
			s.tell(`[false, {"start": true}]`)
			tell(s)
			if name == "a line that is too long" {
				s.listened.Wait()
			}
			s.close()
			if !s.lost || s.ended && name != "a record again" {
				t.Errorf("lost %t, ended %t", s.lost, s.ended)
			}
			if !s.spoke() {
				t.Error("it is taken for silent")
			}
		})
	}
}

// TestWitnessWithoutLauncher checks that the witness does not wait for a process that sends nothing.
func TestWitnessWithoutLauncher(t *testing.T) {
	t.Parallel()
	s := newTeller(t)
	s.close()
	if s.spoke() || s.ended || s.lost {
		t.Errorf("spoke %t, ended %t, lost %t", s.spoke(), s.ended, s.lost)
	}
}
