package transcript

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// These are the widths of printed lines in columns, without the "remote: " that git puts before
// each line.
const (
	Width        = 64
	RefusalWidth = 72 // a refusal that fits stays on one line
)

// Columns returns the width of a text on a terminal, in columns.
func Columns(s string) int { return utf8.RuneCountInString(s) }

// Truncate shortens a text to at most n columns and ends it with an ellipsis.
func Truncate(s string, n int) string {
	if Columns(s) <= n {
		return s
	}
	if n <= 1 {
		return ""
	}
	return string([]rune(s)[:n-1]) + "…"
}

// TruncateName returns head and name in at most n columns. It cuts the beginning of a long name,
// because all cases of a class share it and only the end distinguishes them.
func TruncateName(head, name string, n int) string {
	room := n - Columns(head)
	if Columns(name) <= room {
		return head + name
	}
	if room <= 1 {
		return Truncate(head, n)
	}
	return head + "…" + string([]rune(name)[Columns(name)-room+1:])
}

// Wrap breaks a text at spaces into lines of at most width columns. It keeps longer words whole, so
// that a path or an address can be copied.
func Wrap(s string, width int) []string {
	var lines []string
	var line string
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case Columns(line)+1+Columns(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = guard("  " + word)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// OneLine converts any text to a part of one line that is safe for a terminal.
func OneLine(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return schema.Sanitize(strings.NewReplacer("\n", " ", "\t", "    ").Replace(s))
}

// maxFolds bounds how many lines one line of a message may become.
const maxFolds = 3

// fold breaks a line at spaces and keeps every space, because a program's output may differ from
// the expected output only in spaces.
func fold(s string, width int) []string {
	var lines []string
	for Columns(s) > width && len(lines) < maxFolds-1 {
		head := string([]rune(s)[:width])
		if at := strings.LastIndexByte(head, ' '); at > width/2 {
			head = head[:at+1]
		}
		lines = append(lines, head)
		s = s[len(head):]
	}
	return append(lines, Truncate(s, width))
}

// spread aligns right to the right edge.
func spread(left, right string) string {
	left = Truncate(left, Width-Columns(right)-1)
	return left + strings.Repeat(" ", Width-Columns(left)-Columns(right)) + right
}

// duration formats a duration for people: "12 ms", "1.2 s", "3 min".
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}

// guard adds a mark to a line that starts with a word that git clients colour.
func guard(line string) string {
	trimmed := strings.TrimLeft(line, " \t")
	for _, word := range []string{"hint", "warning", "success", "error"} {
		if len(trimmed) < len(word) || !strings.EqualFold(trimmed[:len(word)], word) {
			continue
		}
		if rest := trimmed[len(word):]; rest == "" || !alphanumeric(rest[0]) {
			return line[:len(line)-len(trimmed)] + "| " + trimmed
		}
	}
	return line
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
