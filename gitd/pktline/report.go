package pktline

import (
	"bytes"
	"strings"
)

// Refusal is the answer to a refused command.
type Refusal struct {
	Ref    string
	Reason string // one line
}

// Amend adds the answer to one more ref to a report-status. An empty reason reports success.
func Amend(report []byte, ref, reason string) []byte {
	b := bytes.Clone(bytes.TrimSuffix(report, []byte(Flush)))
	if reason == "" {
		b = Append(b, "ok "+ref+"\n")
	} else {
		b = Append(b, "ng "+ref+" "+reason+"\n")
	}
	return append(b, Flush...)
}

// Rename replaces a ref's name in a report-status.
func Rename(report []byte, from, to string) []byte {
	var b []byte
	for rest := report; len(rest) > 0; {
		if len(rest) < 4 {
			return report
		}
		n, ok := parseLength([4]byte(rest))
		if !ok || n > 0 && n < 4 || n > len(rest) {
			return report
		}
		if n == 0 {
			b, rest = append(b, Flush...), rest[4:]
			continue
		}
		line := string(rest[4:n])
		for _, verb := range []string{"ok ", "ng "} {
			if tail, is := strings.CutPrefix(line, verb+from); is && (tail == "" || tail[0] == ' ' || tail[0] == '\n') {
				line = verb + to + tail
			}
		}
		b, rest = Append(b, line), rest[n:]
	}
	return b
}

// Accepts reports whether a whole report-status says that a ref was changed.
func Accepts(report []byte, ref string) bool {
	for in := bytes.NewReader(report); ; {
		line, flush, err := Read(in, nil)
		if err != nil || flush {
			return false
		}
		if strings.TrimSuffix(string(line), "\n") == "ok "+ref {
			return true
		}
	}
}

// Report encodes a report-status that refuses commands before the pack was processed.
func Report(refusals []Refusal) []byte {
	b := Append(nil, "unpack ok\n")
	for _, r := range refusals {
		b = Append(b, "ng "+r.Ref+" "+r.Reason+"\n")
	}
	return append(b, Flush...)
}
