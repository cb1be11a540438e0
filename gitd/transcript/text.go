package transcript

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// The widths of what is printed, in columns, without the "remote: " that git puts
// before each line.
const (
	Width        = 64
	RefusalWidth = 72 // a refusal that fits stays on one line
)

// Columns returns how many columns a text takes on a terminal.
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

// TruncateName returns head and name in at most n columns. A name that is too long loses
// its beginning: all cases of a class share it, and only the end tells them apart.
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

// Wrap breaks a text at spaces into lines of at most width columns. A word that is
// longer stays whole, so that a path or an address can be copied.
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

// OneLine makes any text fit for a part of one line on a terminal.
func OneLine(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return schema.Sanitize(strings.NewReplacer("\n", " ", "\t", "    ").Replace(s))
}

// maxFolds is how many lines one line of a message may become.
const maxFolds = 3

// fold breaks a line at spaces and keeps every one of them: what a program printed may
// differ from what was expected in spaces alone.
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

// spread puts right at the right edge.
func spread(left, right string) string {
	left = Truncate(left, Width-Columns(right)-1)
	return left + strings.Repeat(" ", Width-Columns(left)-Columns(right)) + right
}

// duration is a duration for people: "12 ms", "1.2 s", "3 min".
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}

// guard keeps a line from starting with a word that a git client colours as its own.
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
